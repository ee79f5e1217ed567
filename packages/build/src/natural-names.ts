/**
 * esbuild's `keepNames` sets the name of every function and class by a call each time one is created: a sixth
 * of a warm request. Most would have that name anyway. This removes those calls, and leaves the ones for
 * names that the bundler has changed because two modules share them.
 */
import { type Inspect, isNode, type Node } from "./rewrite.ts";

const SETTER = /^__name\d*$/;

export const removeNeedlessNames: Inspect = (node, ancestors, replace) => {
  const call = setterOf(node);
  if (!call) return;
  const parent = ancestors.at(-1);
  const { target, name } = call;
  if (FUNCTIONS.has(target.type)) {
    if ((ownName(target) ?? nameFrom(node, parent)) !== name) return;
    replace(node.start, target.start);
    replace(target.end, node.end);
  } else if (parent?.type === "ExpressionStatement" && target.type === "Identifier") {
    if (target.name === name) replace(parent.start, parent.end);
  } else if (parent?.type === "ExpressionStatement" && target.type === "ThisExpression") {
    // `static { __name(this, "Order") }`, in the body of the class.
    const block = ancestors.at(-2);
    const definedClass = ancestors.at(-4);
    if (block?.type !== "StaticBlock" || !definedClass) return;
    if ((ownName(definedClass) ?? nameFrom(definedClass, ancestors.at(-5))) === name)
      replace(block.start, block.end);
  }
};

/** The function whose name a call sets, or the node itself. */
export function withoutSetter(node: Node): Node {
  return setterOf(node)?.target ?? node;
}

const FUNCTIONS = new Set(["FunctionExpression", "ArrowFunctionExpression", "ClassExpression"]);

function setterOf(value: unknown): { readonly target: Node; readonly name: unknown } | undefined {
  if (!isNode(value) || value.type !== "CallExpression") return undefined;
  const { callee, arguments: given } = value as Node & { callee: Node; arguments: readonly Node[] };
  const [target, name] = given;
  if (callee.type !== "Identifier" || !SETTER.test(String(callee.name))) return undefined;
  if (!target || typeof name?.value !== "string") return undefined;
  // A file that was bundled twice has two of them.
  const inner = setterOf(target);
  return inner?.name === name.value ? inner : { target, name: name.value };
}

function ownName({ id }: Node): unknown {
  return isNode(id) ? id.name : undefined;
}

/** The name that an anonymous function or class gets from its assignment. */
function nameFrom(node: Node, parent: Node | undefined): unknown {
  switch (parent?.type) {
    case "VariableDeclarator":
      return parent.init === node ? identifier(parent.id) : undefined;
    case "AssignmentExpression":
      return parent.right === node && parent.operator === "=" ? identifier(parent.left) : undefined;
    case "AssignmentPattern":
      return parent.right === node ? identifier(parent.left) : undefined;
    case "Property":
      if (parent.value !== node || parent.computed || !isNode(parent.key)) return undefined;
      return identifier(parent.key) ?? parent.key.value;
    default:
      return undefined;
  }
}

function identifier(value: unknown): unknown {
  return isNode(value) && value.type === "Identifier" ? value.name : undefined;
}
