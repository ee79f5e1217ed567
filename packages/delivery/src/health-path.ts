// `node packages/delivery/src/health-path.ts --api packages/api` prints the path of an API's health check.

import { parseArgs } from "node:util";
import { apiFolder, healthPath, loadApi } from "@lambda-express-api/build/api-folder.ts";

const { values } = parseArgs({ options: { api: { type: "string", default: "." } } });
console.log(await healthPath(await loadApi(apiFolder(values.api))));
