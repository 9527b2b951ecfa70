// Grammar of .grove files. Meaning is not decided here: which names are fields, which shorthands fit where, and what a
// bare word is, all of that is the lowering's (frontend/dsl/lower/lower.cpp), which knows the Kubernetes types.
//
// A line break ends a statement if it stands directly in a block (or in no brackets at all), after something that can end
// one, and not before `{` or `:`. The reader inserts NL there. Statements on one line need no separator, but `;` or `,`
// may stand between them. ATTR and JOIN, from the reader too, see to it that three tokens of look-ahead are enough
// everywhere: without them `clique a x2 { … }` might be a clique and a field called x2, which only the end of the block
// would tell. So parsing takes linear time.
parser grammar GroveParser;

options { tokenVocab = GroveLexer; }

@parser::members {
  /// Hooks for whoever wants to know what is parsed; ANTLR's own trees cost several times the parsing.
  virtual void entered(size_t) {}
  virtual void left(antlr4::ParserRuleContext *) {}
  void enterRule(antlr4::ParserRuleContext *context, size_t state, size_t rule) override {
    antlr4::Parser::enterRule(context, state, rule);
    entered(rule);
  }
  void exitRule() {
    antlr4::ParserRuleContext *context = _ctx;
    antlr4::Parser::exitRule();
    left(context);
  }

  /// Builds the parser's tables at the first call instead of before main (grammar/lazy_init.cmake).
  static void load() { static Initializer once; (void)once; }
}

file : version? ( statement | separator | strayBrace )* EOF ;
version : GROVEC word ;
separator : NL | SEMI | COMMA ;
strayBrace : RBRACE ;

block : LBRACE ( statement | separator )* RBRACE ;

statement
  : INCLUDE value
  | PARAM word typeClause? defaultClause? inClause? whereClause?
  | LET word EQ value
  | MIXIN word parameters? mixins? block
  | ENV word block
  | ( SET | GROUP | CLIQUE | CONTAINER | INIT ) word attribute* mixins? block?
  | afterClause
  | scaleClause block?
  | packClause
  | tolerateClause
  | STARTUP word
  | RATIO word ( COLON word )? EQ word ( COLON word )?
  | ASSERT expression ( COMMA STRING )?
  | USE call ( COMMA call )*
  | pairs
  | key COLON value
  | key block
  | key pairs
  | other
  ;

// A slip: `cliqe w { … }`, `image nginx`. The reader says what is wrong with it.
other : BARE word mixins? block? ;

attribute : ATTR ( COUNT | pair | afterClause | scaleClause | packClause | tolerateClause ) ;

afterClause    : AFTER word ( COMMA word )* ;
scaleClause    : SCALE BARE? ( JOIN pair )* ;
packClause     : PACK ( BARE | STRING )? ( PREFER ( BARE | STRING ) )? ( ON word )? ;
tolerateClause : TOLERATE toleration ( COMMA toleration )* ;
toleration     : word ( EQ scalar )? ;

mixins     : COLON call ( COMMA call )* ;
call       : word ( LPAREN ( argument ( COMMA argument )* COMMA? )? RPAREN )? ;
argument   : ( word EQ )? value ;
parameters : LPAREN ( parameter ( COMMA parameter )* COMMA? )? RPAREN ;
parameter  : word typeClause? defaultClause? ;

typeClause    : COLON word ;
defaultClause : EQ value ;
inClause      : IN ( list | word ) ;
whereClause   : WHERE expression ;

pairs : pair ( JOIN pair )* ;
pair  : key EQ ( scalar | LPAREN expression RPAREN ) ;
key   : word | STRING | RAW ;
value : scalar | list | block | LPAREN expression RPAREN ;
list  : LBRACK COMMA* ( value COMMA* )* RBRACK ;
scalar : word | STRING | RAW | TEXT | REF | SLASH | STAR | PLUS | MINUS | PERCENT ;

expression : conjunction ( OR conjunction )* ;
conjunction : negation ( AND negation )* ;
negation : NOT negation | comparison ;
comparison : sum ( ( EQEQ | NOTEQ | ATMOST | ATLEAST | BELOW | ABOVE ) sum )? ;
sum : product ( ( PLUS | MINUS ) product )* ;
product : factor ( ( STAR | SLASH | PERCENT ) factor )* ;
factor : MINUS factor | LPAREN expression RPAREN | BARE | STRING | RAW | REF ;

word
  : BARE | GROVEC | INCLUDE | PARAM | LET | MIXIN | USE | ENV | SET | GROUP | CLIQUE | CONTAINER | INIT | AFTER
  | SCALE | PACK | PREFER | ON | TOLERATE | STARTUP | RATIO | ASSERT | IN | WHERE | AND | OR | NOT
  ;
