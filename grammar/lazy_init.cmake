# Takes the static initialisers out of generated lexers and parsers (FILES, a list): without this every command, YAML
# or not, would deserialise the tables of the grammars before main. `load()` in the grammars builds them on demand.
foreach(file IN LISTS FILES)
  file(READ ${file} text)
  string(REGEX REPLACE "\n[A-Za-z]+::Initializer [A-Za-z]+::_init;" "" lazy "${text}")
  if(lazy STREQUAL text)
    message(FATAL_ERROR "${file}: no static initialiser found; has the tool changed?")
  endif()
  # The runtime has a lexer of its own that does the same: XPath, for searches in parse trees, which nobody makes here.
  # With the class defined in the program, too, the linker leaves the runtime's out.
  if(file MATCHES "Parser\\.cpp$")
    string(APPEND lazy "
#include <tree/xpath/XPath.h>
namespace antlr4::tree::xpath {
XPath::XPath(Parser *, std::string const &) {}
std::vector<std::unique_ptr<XPathElement>> XPath::split(std::string const &) { return {}; }
std::vector<ParseTree *> XPath::findAll(ParseTree *, std::string const &, Parser *) { return {}; }
std::vector<ParseTree *> XPath::evaluate(ParseTree *) { return {}; }
std::unique_ptr<XPathElement> XPath::getXPathElement(Token *, bool) { return {}; }
}
")
  endif()
  file(WRITE ${file} "${lazy}")
endforeach()
