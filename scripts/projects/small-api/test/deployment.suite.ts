import { deploymentSuite } from "@lambda-express-api/infra/testing";
import { api } from "../src/api.ts";

deploymentSuite({ api });
