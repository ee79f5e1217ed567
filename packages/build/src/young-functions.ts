/**
 * V8 takes a function that is written at the right of `object.property =` for a method of something that lasts, and
 * makes it among the old objects (`CheckAssigningFunctionLiteralToProperty` in its parser). serverless-http makes two such
 * functions for each request; until the next full collection they keep that request, and all that it refers to, from
 * being collected as young objects are. `Object(f)` is `f`, and no function literal.
 */
import { type PluginObj, types } from "@babel/core";

export const youngFunctions: PluginObj = {
  name: "young-functions",
  visitor: {
    AssignmentExpression(path) {
      const { left, right, operator } = path.node;
      const isMethod =
        operator === "=" &&
        types.isMemberExpression(left) &&
        (types.isFunctionExpression(right) || types.isArrowFunctionExpression(right));
      // What is made once, while its module loads, becomes old anyway.
      if (!isMethod || !path.getFunctionParent() || path.scope.hasBinding("Object", true)) return;
      path.node.right = types.callExpression(types.identifier("Object"), [right]);
    },
  },
};
