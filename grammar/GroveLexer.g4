// Words of the grovec language. The shape of bare words follows YAML: a colon belongs to the word unless white space
// follows (nginx:latest), and # starts a comment only at the start of a word.
lexer grammar GroveLexer;

// The reader inserts these (frontend/dsl/syntax/tokens.h): the end of a statement at a line break; no width: the next part of a
// header, a further k=v of the statement.
tokens { NL, ATTR, JOIN }

@lexer::members {
  /// Builds the lexer's tables at the first call instead of before main (grammar/lazy_init.cmake).
  static void load() { static Initializer once; (void)once; }
}

// Keywords may also be used as names and as field names; the parser's rule `word` lists them.
GROVEC    : 'grovec';
INCLUDE   : 'include';
PARAM     : 'param';
LET       : 'let';
MIXIN     : 'mixin';
USE       : 'use';
ENV       : 'env';
SET       : 'set';
GROUP     : 'group';
CLIQUE    : 'clique';
CONTAINER : 'container';
INIT      : 'init';
AFTER     : 'after';
SCALE     : 'scale';
PACK      : 'pack';
PREFER    : 'prefer';
ON        : 'on';
TOLERATE  : 'tolerate';
STARTUP   : 'startup';
RATIO     : 'ratio';
ASSERT    : 'assert';
IN        : 'in';
WHERE     : 'where';
AND       : 'and';
OR        : 'or';
NOT       : 'not';

LBRACE : '{';
RBRACE : '}';
LBRACK : '[';
RBRACK : ']';
LPAREN : '(';
RPAREN : ')';
COLON  : ':';
COMMA  : ',';
SEMI   : ';';
EQEQ   : '==';
NOTEQ  : '!=';
ATMOST : '<=';
ATLEAST: '>=';
BELOW  : '<';
ABOVE  : '>';
EQ     : '=';
STAR   : '*';
SLASH  : '/';
PLUS   : '+';
MINUS  : '-';
PERCENT : '%';

// $name stands for a constant, a parameter, or a parameter of the mixin around it.
REF : '$' [A-Za-z_] [A-Za-z0-9_-]*;

// Text. "…" has escapes and \(name); '…' has none; """ … """ has none and spans lines.
TEXT   : '"""' .*? '"""';
STRING : '"' ( '\\' ~[\r\n] | ~["\\\r\n] )* '"';
RAW    : '\'' ~['\r\n]* '\'';
OPEN_TEXT   : '"""' ( ~["] | '"' ~["] | '""' ~["] )*;
OPEN_STRING : '"' ( '\\' ~[\r\n] | ~["\\\r\n] )*;
OPEN_RAW    : '\'' ~['\r\n]*;

// Number of replicas: x3. The reader makes it a BARE anywhere but in headers.
COUNT : 'x' [0-9]+;

// Names, numbers, quantities, images, paths, ranges such as 2..8.
BARE : HEAD TAIL* ( ':' TAIL+ )*;
fragment HEAD : [A-Za-z0-9_./@%+~^-];
fragment TAIL : HEAD | '#';

COMMENT : '#' ~[\r\n]* -> channel(HIDDEN);
SPACE   : [ \t\r\n]+ -> skip;
UNKNOWN : .;
