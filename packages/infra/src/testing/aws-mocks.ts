/** Stand-ins for AWS's answers: the attributes of created resources, and the results of look-ups. */

type Properties = Record<string, unknown>;

const ACCOUNT = "123456789012";
const REGION = "eu-west-1";
export const FIRST_AZ = `${REGION}a`;

/** The id of a new resource: its logical name, if AWS would generate one. */
export function idOf(type: string, name: string, inputs: Properties): string {
  return type === "aws:apigatewayv2/domainName:DomainName" ? String(inputs.domainName) : name;
}

/** The attributes of a new resource, in addition to its inputs. */
export function attributesOf(type: string, name: string, inputs: Properties): Properties {
  const text = (key: string) => (typeof inputs[key] === "string" ? inputs[key] : name);
  switch (type) {
    case "aws:lambda/function:Function": {
      const arn = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${text("name")}`;
      return {
        name: text("name"),
        arn,
        version: "7",
        qualifiedArn: `${arn}:7`,
        invokeArn: invokeArn(arn),
        qualifiedInvokeArn: invokeArn(`${arn}:7`),
        lastModified: "2026-01-01T00:00:00.000+0000",
      };
    }
    case "aws:lambda/alias:Alias": {
      const arn = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${text("functionName")}:${text("name")}`;
      return { arn, invokeArn: invokeArn(arn) };
    }
    case "aws:apigatewayv2/api:Api":
      return {
        arn: `arn:aws:apigateway:${REGION}::/apis/${name}`,
        apiEndpoint: `https://${name}.execute-api.${REGION}.amazonaws.com`,
        executionArn: `arn:aws:execute-api:${REGION}:${ACCOUNT}:${name}`,
      };
    case "aws:apigatewayv2/stage:Stage":
      return { invokeUrl: `https://${text("apiId")}.execute-api.${REGION}.amazonaws.com/${text("name")}` };
    case "aws:apigatewayv2/domainName:DomainName":
      return {
        domainNameConfiguration: {
          ...(inputs.domainNameConfiguration as Properties),
          targetDomainName: `d-${name}.execute-api.${REGION}.amazonaws.com`,
          hostedZoneId: "ZGATEWAY",
        },
      };
    case "aws:acm/certificate:Certificate":
      return {
        arn: `arn:aws:acm:${REGION}:${ACCOUNT}:certificate/${name}`,
        domainValidationOptions: [
          {
            domainName: inputs.domainName,
            resourceRecordName: `_validate.${inputs.domainName}`,
            resourceRecordType: "CNAME",
            resourceRecordValue: "_value.acm-validations.aws",
          },
        ],
      };
    case "aws:acm/certificateValidation:CertificateValidation":
      return { certificateArn: inputs.certificateArn };
    case "random:index/randomBytes:RandomBytes":
      return { base64: Buffer.alloc(32, 7).toString("base64") };
    case "aws:s3/bucketObjectv2:BucketObjectv2":
      return { bucket: inputs.bucket, key: inputs.key };
    case "aws:dynamodb/table:Table": {
      const arn = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${text("name")}`;
      return { arn, streamArn: `${arn}/stream/1`, name: text("name") };
    }
    case "aws:s3/bucket:Bucket":
      return { bucket: text("bucket").toLowerCase(), arn: `arn:aws:s3:::${text("bucket").toLowerCase()}` };
    case "aws:iam/policy:Policy":
      return { arn: `arn:aws:iam::${ACCOUNT}:policy/${text("name")}`, name: text("name") };
    case "aws:lb/loadBalancer:LoadBalancer":
      return { arn: arnOf(type, name), dnsName: `${name}.elb.${REGION}.amazonaws.com`, zoneId: "ZELB" };
    case "aws:cloudwatch/logGroup:LogGroup":
      return { arn: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${text("name")}`, name: text("name") };
    case "pulumi-nodejs:dynamic:Resource":
      return { zoneId: "ZLOOKEDUP", priority: 100, id: name };
    default:
      return { arn: arnOf(type, name), ...(inputs.name === undefined && { name }) };
  }
}

/** The results of look-ups, by token. */
export function answerTo(token: string, inputs: Properties): Properties {
  switch (token) {
    case "aws:index/getPartition:getPartition":
      return { partition: "aws", dnsSuffix: "amazonaws.com" };
    case "aws:index/getRegion:getRegion":
      return { region: REGION, name: REGION, id: REGION };
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root`, userId: "AIDA" };
    case "aws:ssm/getParameter:getParameter":
      if (inputs.name !== "/sst/bootstrap") break;
      return { value: JSON.stringify({ version: 999, asset: "sst-asset", state: "sst-state" }) };
    case "aws:iam/getPolicyDocument:getPolicyDocument": {
      const { statements } = inputs as { statements?: Statement[] };
      // SST treats an existing list as an existing statement.
      return { ...(statements?.length && { statements }), json: policyDocument(statements ?? []) };
    }
    case "aws:index/getAvailabilityZones:getAvailabilityZones":
      return { names: [FIRST_AZ, `${REGION}b`, `${REGION}c`], zoneIds: ["euw1-az1", "euw1-az2", "euw1-az3"] };
    case "aws:route53/getZone:getZone":
      return { name: "example.com", zoneId: inputs.zoneId };
    case "cloudflare:index/getZone:getZone":
      return { name: "example.com", zoneId: inputs.zoneId };
    case "aws:ec2/getAmi:getAmi":
      return { id: "ami-1", architecture: "arm64" };
  }
  throw new Error(`No response from AWS is defined for ${token}; add it to aws-mocks.ts.`);
}

interface Statement {
  readonly effect?: string;
  readonly actions?: readonly string[];
  readonly resources?: readonly string[];
  readonly principals?: readonly { readonly type: string; readonly identifiers: readonly string[] }[];
  readonly conditions?: readonly { test: string; variable: string; values: readonly string[] }[];
}

/** In the provider's format. */
function policyDocument(statements: readonly Statement[]): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: statements.map(({ effect = "Allow", actions, resources, principals, conditions }) => ({
      Effect: effect,
      Action: actions,
      ...(resources && { Resource: resources }),
      ...(principals && {
        Principal: Object.fromEntries(principals.map(({ type, identifiers }) => [type, identifiers])),
      }),
      ...(conditions && {
        Condition: Object.fromEntries(
          conditions.map(({ test, variable, values }) => [test, { [variable]: values }]),
        ),
      }),
    })),
  });
}

function arnOf(type: string, name: string): string {
  return `arn:aws:${type.split(":")[1]?.split("/")[0]}:${REGION}:${ACCOUNT}:${name}`;
}

function invokeArn(arn: string): string {
  return `arn:aws:apigateway:${REGION}:lambda:path/2015-03-31/functions/${arn}/invocations`;
}
