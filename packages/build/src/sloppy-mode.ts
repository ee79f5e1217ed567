/**
 * Finds CommonJS code that fails or behaves differently in strict mode: the bundled files are strict, because ES modules are.
 */
import { parse } from "acorn";
import { isNode, type Node } from "./rewrite.ts";

/** What may come before the first statement. */
const BLANK_OR_COMMENT = /\s+|\/\/.*|#!.*|\/\*[\s\S]*?\*\//y;
const DIRECTIVE = /(["'])use strict\1/y;
/** Names that a CommonJS module gets from Node. */
const GIVEN = new Set(["exports", "module", "require", "__filename", "__dirname", "arguments"]);

/** A function, or the module, with the names that it declares. */
interface Scope {
  readonly names: Set<string>;
  readonly outer: Scope | undefined;
}

/**
 * Whether a CommonJS module needs sloppy mode: for its syntax, a variable that it never declares, `arguments.callee`, `this` as
 * the global object, or parameters that `arguments` must follow. A write that strict mode refuses, such as one to a frozen
 * object, cannot be seen in the text.
 *
 * https://tc39.es/ecma262/#sec-strict-mode-of-ecmascript
 */
export function needsSloppyMode(source: string): boolean {
  if (hasDirective(source)) return false;
  const needs = known.get(source) ?? isOnlySloppy(source);
  known.set(source, needs);
  return needs;
}

/** By source, so that a process that builds again does not read the same libraries again. */
const known = new Map<string, boolean>();

function isOnlySloppy(source: string): boolean {
  const text = source.replace(/^#!.*/, "");
  const program = read(`"use strict";${text}`);
  // What cannot be read in either mode is an ES module.
  return program ? isSloppy(program, undefined) : read(text) !== undefined;
}

/** Whether it begins with `"use strict"`, as most libraries do. Step by step: one pattern for all of it would backtrack without end. */
function hasDirective(source: string): boolean {
  let start = 0;
  BLANK_OR_COMMENT.lastIndex = 0;
  while (BLANK_OR_COMMENT.test(source)) start = BLANK_OR_COMMENT.lastIndex;
  DIRECTIVE.lastIndex = start;
  return DIRECTIVE.test(source);
}

function read(text: string): Node | undefined {
  try {
    return parse(text, {
      sourceType: "script",
      ecmaVersion: "latest",
      allowReturnOutsideFunction: true,
    }) as unknown as Node;
  } catch {
    return undefined;
  }
}

/** Whether a function's own directive makes it strict. */
function isStrict({ body }: Node): boolean {
  const statements = isNode(body) && Array.isArray(body.body) ? (body.body as readonly Node[]) : [];
  return statements.some(({ directive }) => directive === "use strict");
}

/** Looks at a node and everything in it. */
function isSloppy(node: Node, outer: Scope | undefined): boolean {
  if (isFunction(node) && isStrict(node)) return false;
  const scope = isFunction(node) || node.type === "Program" ? { names: declaredIn(node), outer } : outer;
  return (
    assignedBy(node).some((name) => !isDeclared(name, scope)) ||
    isOwnCallee(node) ||
    isCalledWithoutThis(node) ||
    changesArguments(node) ||
    childrenOf(node).some((child) => isSloppy(child, scope))
  );
}

function isDeclared(name: string, scope: Scope | undefined): boolean {
  if (!scope) return GIVEN.has(name) || name in globalThis;
  return scope.names.has(name) || isDeclared(name, scope.outer);
}

/** `leaked = 1`, which creates a global variable. */
function assignedBy(node: Node): readonly string[] {
  if (node.type === "AssignmentExpression") return namesIn(node.left);
  if (node.type === "UpdateExpression") return namesIn(node.argument);
  return node.type === "ForInStatement" || node.type === "ForOfStatement" ? namesIn(node.left) : [];
}

function isOwnCallee({ type, object, property, computed }: Node): boolean {
  if (type !== "MemberExpression" || computed || !isNode(object) || !isNode(property)) return false;
  return object.type === "Identifier" && object.name === "arguments" && property.name === "callee";
}

/** `(function () { return this })()`, which gets the global object, unless it asks for `typeof this`. */
function isCalledWithoutThis({ type, callee }: Node): boolean {
  if (type !== "CallExpression" || !isNode(callee) || callee.type !== "FunctionExpression") return false;
  const isThis = ({ type }: Node) => type === "ThisExpression";
  return (
    someOwn(callee, isThis) && !someOwn(callee, (node, { operator }) => isThis(node) && operator === "typeof")
  );
}

/** `function (a) { a = 1; return arguments[0] }`, in which the two are linked. */
function changesArguments(node: Node): boolean {
  if (!isFunction(node) || node.type === "ArrowFunctionExpression") return false;
  const params = node.params as readonly Node[];
  if (params.length === 0 || params.some(({ type }) => type !== "Identifier")) return false;
  const names = new Set(params.map(({ name }) => String(name)));
  let isChanged = false;
  return someOwn(node, (inner, parent) => {
    isChanged ||= assignedBy(inner).some((name) => names.has(name));
    const isCount =
      parent.type === "MemberExpression" && isNode(parent.property) && parent.property.name === "length";
    return isChanged && inner.type === "Identifier" && inner.name === "arguments" && !isCount;
  });
}

function isFunction({ type }: Node): boolean {
  return /^(Function|ArrowFunction)/.test(type);
}

/** Whether a node of a function fits, without those of the functions in it; arrow functions share `this` and `arguments`. */
function someOwn(parent: Node, fits: (node: Node, parent: Node) => boolean): boolean {
  return childrenOf(parent).some(
    (child) =>
      fits(child, parent) ||
      ((!isFunction(child) || child.type === "ArrowFunctionExpression") && someOwn(child, fits)),
  );
}

/** The names in a function or module. Those of a block count for all of it. */
function declaredIn(node: Node): Set<string> {
  const names = new Set((node.params as readonly Node[] | undefined)?.flatMap(namesIn));
  if (node.type === "FunctionExpression") for (const name of namesIn(node.id)) names.add(name);
  const collect = (inner: Node): void => {
    if (inner.type === "CatchClause") for (const name of namesIn(inner.param)) names.add(name);
    if (/^(VariableDeclarator|FunctionDeclaration|Class(Declaration|Expression))$/.test(inner.type))
      for (const name of namesIn(inner.id)) names.add(name);
    if (!isFunction(inner)) for (const child of childrenOf(inner)) collect(child);
  };
  for (const child of childrenOf(node)) collect(child);
  return names;
}

/** The names in the target of an assignment or declaration. */
function namesIn(target: unknown): readonly string[] {
  if (!isNode(target)) return [];
  switch (target.type) {
    case "Identifier":
      return [String(target.name)];
    case "ArrayPattern":
      return (target.elements as readonly unknown[]).flatMap(namesIn);
    case "ObjectPattern":
      return (target.properties as readonly Node[]).flatMap(({ value, argument }) =>
        namesIn(value ?? argument),
      );
    case "AssignmentPattern":
      return namesIn(target.left);
    case "RestElement":
      return namesIn(target.argument);
    default:
      return [];
  }
}

function childrenOf(node: Node): readonly Node[] {
  const children: Node[] = [];
  for (const key in node) {
    const value = node[key];
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) children.push(item);
    } else if (isNode(value)) children.push(value);
  }
  return children;
}
