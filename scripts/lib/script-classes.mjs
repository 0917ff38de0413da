// Finds the classes of a TypeScript text and their public methods.
import ts from "typescript";

const isFunction = (node) => node !== undefined && (ts.isArrowFunction(node) || ts.isFunctionExpression(node));

/** Methods, accessors, and properties whose value is a function written there; constructors are none of them. */
const isMethod = (member) =>
  ts.isMethodDeclaration(member) ||
  ts.isAccessor(member) ||
  (ts.isPropertyDeclaration(member) && isFunction(member.initializer));

function isPublic(member) {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  return !ts.isPrivateIdentifier(member.name) && (ts.getCombinedModifierFlags(member) & hidden) === 0;
}

/** The classes of a TypeScript text: { name, line, publicMethods: Set of names }. */
export function scriptClassesOf(path, text) {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const classes = [];
  const visit = (node) => {
    if (ts.isClassLike(node)) {
      const methods = node.members.filter((member) => isMethod(member) && isPublic(member));
      const start = node.name ?? node;
      classes.push({
        name: node.name?.text ?? "(unnamed)",
        line: source.getLineAndCharacterOfPosition(start.getStart(source)).line + 1,
        publicMethods: new Set(methods.map(({ name }) => name.getText(source))),
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return classes;
}
