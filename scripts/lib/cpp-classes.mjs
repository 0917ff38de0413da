// Finds the classes of a C++ text, their public methods and their bool data members. It reads declarations only: the
// bodies of functions are skipped, and with them the classes that are declared there.
import { codeOnly } from "./includes.mjs";

const CLOSING = { "(": ")", "[": "]", "{": "}" };
const CLASS_KEYS = new Set(["class", "struct", "union"]);
const ACCESS = new Set(["public", "protected", "private"]);
/** Words that are followed by parentheses and do not name a function. */
const TAKES_PARENTHESES = new Set(["alignas", "decltype", "explicit", "noexcept", "requires", "__attribute__"]);
/** Declarations that declare neither a method nor a member. */
const OTHER_DECLARATIONS = new Set(["using", "typedef", "friend", "static_assert", "concept", "asm"]);
const SPECIFIERS = new Set(["const", "inline", "mutable", "volatile"]);

/** Names, numbers and punctuation: { text, line }. Preprocessor lines are left out. */
function tokensOf(text) {
  const code = codeOnly(text).replace(/^[ \t]*#(?:\\\r?\n|[^\n])*/gm, (line) => line.replace(/[^\n]/g, " "));
  const tokens = [];
  let line = 1;
  for (const [part] of code.matchAll(/\n|[A-Za-z_]\w*|\d(?:[\w.']|[eEpP][+-])*|::|->|[^\s]/g)) {
    if (part === "\n") line += 1;
    else tokens.push({ text: part, line });
  }
  return tokens;
}

const isName = (text) => text !== undefined && /^[A-Za-z_]/.test(text);

class Scanner {
  /** In the order in which their bodies begin. */
  classes = [];
  #tokens;
  #at = 0;

  constructor(text) {
    this.#tokens = tokensOf(text);
  }

  /** Reads declarations up to the brace that closes them, or the end. `owner`: the class whose members they are. */
  readDeclarations(owner) {
    while (this.#at < this.#tokens.length) {
      const text = this.#text();
      if (text === "}") return;
      if (text === ";") this.#at += 1;
      else if (owner && ACCESS.has(text) && this.#text(1) === ":") {
        owner.access = text;
        this.#at += 2;
      } else this.#readDeclaration(owner);
    }
  }

  #text(ahead = 0) {
    return this.#tokens[this.#at + ahead]?.text;
  }

  #readDeclaration(owner) {
    this.#skipTemplateHead();
    this.#skipAttributes();
    const first = this.#text();
    if (first === "namespace" || (first === "extern" && this.#text(1) === "{")) this.#readBlock();
    else if (OTHER_DECLARATIONS.has(first)) this.#skipOther();
    else if (first === "enum") this.#skipTo(";");
    else if (CLASS_KEYS.has(first) && this.#isDefinition()) this.#readClass(first);
    else this.#readMember(owner);
  }

  #skipTemplateHead() {
    while (this.#text() === "template") {
      this.#at += 1;
      if (this.#text() === "<") this.#skipAngles();
      if (this.#text() === "requires") this.#skipRequires();
    }
  }

  /** A requires-clause: its terms are names, template arguments and groups, joined by `&&` and `||`. */
  #skipRequires() {
    do {
      this.#at += this.#text() === "requires" ? 1 : 2;
      while (this.#text() === "!") this.#at += 1;
      if (this.#text() === "requires") this.#at += 1;
      if (CLOSING[this.#text()] !== undefined) {
        this.#skipGroup();
        if (this.#text() === "{") this.#skipGroup();
        continue;
      }
      while (isName(this.#text()) || this.#text() === "::") {
        const endsName = isName(this.#text()) && this.#text(1) !== "::" && this.#text(1) !== "<";
        this.#at += 1;
        if (this.#text() === "<") this.#skipAngles();
        if (this.#text() !== "::" && (endsName || isName(this.#text()))) break;
      }
    } while ((this.#text() === "&" && this.#text(1) === "&") || (this.#text() === "|" && this.#text(1) === "|"));
  }

  #skipAttributes() {
    while (this.#text() === "[" && this.#text(1) === "[") this.#skipGroup();
  }

  /** A namespace, or `extern "C"`, whose string is no token. */
  #readBlock() {
    while (this.#at < this.#tokens.length && this.#text() !== "{" && this.#text() !== ";") this.#at += 1;
    if (this.#text() !== "{") return; // an alias
    this.#at += 1;
    this.readDeclarations(undefined);
    this.#at += 1;
  }

  /** A friend may have a body; everything else ends with a semicolon. */
  #skipOther() {
    const isFriend = this.#text() === "friend";
    while (this.#at < this.#tokens.length && this.#text() !== ";") {
      const isBody = isFriend && this.#text() === "{";
      if (CLOSING[this.#text()] !== undefined) this.#skipGroup();
      else this.#at += 1;
      if (isBody) return;
    }
  }

  /** Whether what begins with a class key has a body, and is not a declaration that only uses it. */
  #isDefinition() {
    const start = this.#at;
    let found = false;
    for (; this.#at < this.#tokens.length; ) {
      const text = this.#text();
      if (text === "{") found = true;
      if (text === "{" || text === ";" || text === "=" || text === "}") break;
      if (text === "(" && !TAKES_PARENTHESES.has(this.#tokens[this.#at - 1].text)) break;
      if (text === "<") this.#skipAngles();
      else if (CLOSING[text] !== undefined) this.#skipGroup();
      else this.#at += 1;
    }
    this.#at = start;
    return found;
  }

  #readClass(key) {
    this.#at += 1;
    let name = "";
    let inBases = false;
    const { line } = this.#tokens[this.#at];
    while (this.#text() !== "{") {
      const text = this.#text();
      if (text === ":") inBases = true;
      if (!inBases && isName(text) && text !== "final" && !TAKES_PARENTHESES.has(text)) name = text;
      if (text === "<") this.#skipAngles();
      else if (CLOSING[text] !== undefined) this.#skipGroup();
      else this.#at += 1;
    }
    const access = key === "class" ? "private" : "public";
    const found = { name: name || "(unnamed)", line, access, publicMethods: new Set(), boolMembers: [] };
    this.classes.push(found);
    this.#at += 1;
    this.readDeclarations(found);
    this.#skipTo(";"); // perhaps past a member of this type
  }

  /** A function, or data. */
  #readMember(owner) {
    const start = this.#at;
    while (this.#at < this.#tokens.length) {
      const text = this.#text();
      if (text === "operator") {
        this.#readOperator();
        return;
      }
      if (text === ";" || text === "}" || text === "=" || text === "{" || text === ":") break;
      if (text === "(") {
        const before = this.#tokens[this.#at - 1].text;
        if (!TAKES_PARENTHESES.has(before)) {
          if (this.#isPointerDeclarator()) break;
          this.#readFunction(owner, before);
          return;
        }
      }
      if (text === "<" && isName(this.#tokens[this.#at - 1]?.text)) this.#skipAngles();
      else if (CLOSING[text] !== undefined) this.#skipGroup();
      else this.#at += 1;
    }
    if (this.#text() === "}") return;
    this.#skipTo(";");
    if (owner) owner.boolMembers.push(...boolNames(this.#tokens.slice(start, this.#at - 1)));
  }

  /** At a parenthesis: whether it is that of `void (*name)(int)` or `int (Class::*name)()`. */
  #isPointerDeclarator() {
    let ahead = 1;
    while (isName(this.#text(ahead)) && this.#text(ahead + 1) === "::") ahead += 2;
    return this.#text(ahead) === "*" || this.#text(ahead) === "&";
  }

  #readOperator() {
    this.#at += 1;
    if (this.#text() === "(") this.#skipGroup(); // operator()
    while (this.#at < this.#tokens.length && this.#text() !== "(") this.#at += 1;
    this.#skipGroup();
    this.#readFunctionEnd();
  }

  #readFunction(owner, name) {
    this.#skipGroup();
    const isDeleted = this.#readFunctionEnd();
    // A constructor's and a destructor's name is the class's.
    if (owner?.access === "public" && !isDeleted && name !== owner.name) owner.publicMethods.add(name);
  }

  /** What follows the parameters, the body included. Says whether the function is deleted. */
  #readFunctionEnd() {
    let isDeleted = false;
    while (this.#at < this.#tokens.length) {
      const text = this.#text();
      if (text === ";") {
        this.#at += 1;
        return isDeleted;
      }
      if (text === "}") return isDeleted;
      if (text === "{") {
        this.#skipGroup();
        return isDeleted;
      }
      if (text === "delete") isDeleted = true;
      if (text === "requires") this.#skipRequires();
      else if (text === ":") this.#skipInitializers();
      else if (text === "<" && isName(this.#tokens[this.#at - 1].text)) this.#skipAngles();
      else if (text === "(" || text === "[") this.#skipGroup();
      else this.#at += 1;
    }
    return isDeleted;
  }

  /** Those of a constructor, up to its body. */
  #skipInitializers() {
    do {
      this.#at += 1;
      while (this.#at < this.#tokens.length && this.#text() !== "(" && this.#text() !== "{") {
        if (this.#text() === "<") this.#skipAngles();
        else this.#at += 1;
      }
      this.#skipGroup();
      while (this.#text() === ".") this.#at += 1; // a pack
    } while (this.#text() === ",");
  }

  /** Past the next such token that is in no group. */
  #skipTo(wanted) {
    while (this.#at < this.#tokens.length && this.#text() !== wanted) {
      if (CLOSING[this.#text()] !== undefined) this.#skipGroup();
      else this.#at += 1;
    }
    this.#at += 1;
  }

  /** From an opening bracket past the one that closes it. */
  #skipGroup() {
    const open = this.#text();
    const close = CLOSING[open];
    let depth = 0;
    for (; this.#at < this.#tokens.length; this.#at += 1) {
      if (this.#text() === open) depth += 1;
      if (this.#text() === close) depth -= 1;
      if (depth === 0) break;
    }
    this.#at += 1;
  }

  #skipAngles() {
    let depth = 0;
    while (this.#at < this.#tokens.length) {
      const text = this.#text();
      if (text === ";") return; // it was a comparison
      if (CLOSING[text] !== undefined) {
        this.#skipGroup();
        continue;
      }
      if (text === "<") depth += 1;
      if (text === ">") depth -= 1;
      this.#at += 1;
      if (depth === 0) return;
    }
  }
}

/** The names that a declaration of data gives to bools: `tokens` are its own, without the semicolon. */
function boolNames(tokens) {
  const words = tokens.map(({ text }) => text);
  const type = []; // what stands before the name; with `static` it is no bool member
  let at = 0;
  for (; at < words.length; at += 1) {
    const word = words[at];
    if (SPECIFIERS.has(word) || word === "std" || word === "::") continue;
    if (word === "[" && type.length === 0) {
      while (at < words.length && !(words[at] === "]" && words[at + 1] !== "]")) at += 1;
      continue;
    }
    if (isBool(type)) break;
    type.push(word);
  }
  return isBool(type) ? declaredNames(words.slice(at)) : [];
}

function isBool(type) {
  const [, opening, closing] = /^((?:(?:optional|atomic)<)*)(?:bool|atomic_bool)(>*)$/.exec(type.join("")) ?? [];
  return opening !== undefined && opening.split("<").length - 1 === closing.length;
}

/** The names in `a = f(1, 2), b{true}, c : 1`; of pointers and references none. */
function declaredNames(words) {
  const names = [];
  let depth = 0;
  let isStart = true;
  for (const word of words) {
    if (depth === 0 && isStart && isName(word)) names.push(word);
    if (depth === 0) isStart = word === ",";
    if (CLOSING[word] !== undefined) depth += 1;
    if (Object.values(CLOSING).includes(word)) depth -= 1;
  }
  return names;
}

/** The classes of a C++ text: { name, line, publicMethods: Set of names, boolMembers: names }. */
export function cppClassesOf(text) {
  const scanner = new Scanner(text);
  scanner.readDeclarations(undefined);
  return scanner.classes.map(({ name, line, publicMethods, boolMembers }) => ({
    name,
    line,
    publicMethods,
    boolMembers,
  }));
}
