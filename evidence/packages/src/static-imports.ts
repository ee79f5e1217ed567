/** Each package, imported statically. */
import * as aws_sdk_client_dynamodb from "@aws-sdk/client-dynamodb";
import * as aws_sdk_client_s3 from "@aws-sdk/client-s3";
import * as aws_sdk_client_sqs from "@aws-sdk/client-sqs";
import * as node_rs_argon2 from "@node-rs/argon2";
import * as opentelemetry_api from "@opentelemetry/api";
import * as opentelemetry_sdk_trace_base from "@opentelemetry/sdk-trace-base";
import * as sentry_node from "@sentry/node";
import * as ajv from "ajv";
import * as axios from "axios";
import * as bcrypt from "bcrypt";
import * as bcryptjs from "bcryptjs";
import * as date_fns from "date-fns";
import * as debug from "debug";
import * as ejs from "ejs";
import * as graphql from "graphql";
import * as handlebars from "handlebars";
import * as ioredis from "ioredis";
import * as jose from "jose";
import * as jsonwebtoken from "jsonwebtoken";
import * as lodash from "lodash";
import * as luxon from "luxon";
import * as mongodb from "mongodb";
import * as mysql2 from "mysql2";
import * as nanoid from "nanoid";
import * as nodemailer from "nodemailer";
import * as pdfkit from "pdfkit";
import * as pg from "pg";
import * as pino from "pino";
import * as redis from "redis";
import * as sharp from "sharp";
import * as stripe from "stripe";
import * as undici from "undici";
import * as uuid from "uuid";
import * as winston from "winston";
import * as yaml from "yaml";
import * as zod from "zod";

export const modules: Readonly<Record<string, unknown>> = {
  "@aws-sdk/client-dynamodb": aws_sdk_client_dynamodb,
  "@aws-sdk/client-s3": aws_sdk_client_s3,
  "@aws-sdk/client-sqs": aws_sdk_client_sqs,
  "@node-rs/argon2": node_rs_argon2,
  "@opentelemetry/api": opentelemetry_api,
  "@opentelemetry/sdk-trace-base": opentelemetry_sdk_trace_base,
  "@sentry/node": sentry_node,
  ajv: ajv,
  axios: axios,
  bcrypt: bcrypt,
  bcryptjs: bcryptjs,
  "date-fns": date_fns,
  debug: debug,
  ejs: ejs,
  graphql: graphql,
  handlebars: handlebars,
  ioredis: ioredis,
  jose: jose,
  jsonwebtoken: jsonwebtoken,
  lodash: lodash,
  luxon: luxon,
  mongodb: mongodb,
  mysql2: mysql2,
  nanoid: nanoid,
  nodemailer: nodemailer,
  pdfkit: pdfkit,
  pg: pg,
  pino: pino,
  redis: redis,
  sharp: sharp,
  stripe: stripe,
  undici: undici,
  uuid: uuid,
  winston: winston,
  yaml: yaml,
  zod: zod,
};
