# Takes the static initialisers out of generated lexers and parsers (FILES, a list): without this every command, YAML
# or not, would deserialise the tables of the grammars before main. `load()` in the grammars builds them on demand.
foreach(file IN LISTS FILES)
  file(READ ${file} text)
  string(REGEX REPLACE "\n[A-Za-z]+::Initializer [A-Za-z]+::_init;" "" lazy "${text}")
  if(lazy STREQUAL text)
    message(FATAL_ERROR "${file}: no static initialiser found; has the tool changed?")
  endif()
  file(WRITE ${file} "${lazy}")
endforeach()
