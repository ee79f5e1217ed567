/** The entry in a container (`RUNTIME=CONTAINERIZED`). */
import { startContainer } from "@lambda-express-api/kit/container";
import { api } from "./api.ts";

startContainer(api);
