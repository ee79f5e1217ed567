/**
 * The bucket for artifacts between the steps of a pipeline, and for released code until Lambda has copied it: private,
 * encrypted, TLS only, and short-lived.
 */
const RETENTION_DAYS = 30;

export interface ArtifactBucket {
  readonly bucket: $util.Output<string>;
  readonly arn: $util.Output<string>;
}

export function createArtifactBucket(name: string, parent: $util.Resource): ArtifactBucket {
  // Its content can be rebuilt.
  const { bucket, arn } = new aws.s3.Bucket(`${name}Artifacts`, { forceDestroy: true }, { parent });
  const access = new aws.s3.BucketPublicAccessBlock(
    `${name}ArtifactsAccess`,
    {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    { parent },
  );
  new aws.s3.BucketServerSideEncryptionConfiguration(
    `${name}ArtifactsEncryption`,
    { bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
    { parent },
  );
  new aws.s3.BucketLifecycleConfiguration(
    `${name}ArtifactsLifecycle`,
    {
      bucket,
      rules: [
        {
          id: "forget",
          status: "Enabled",
          filter: { prefix: "" },
          expiration: { days: RETENTION_DAYS },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
        },
      ],
    },
    { parent },
  );
  new aws.s3.BucketPolicy(
    `${name}ArtifactsPolicy`,
    {
      bucket,
      policy: arn.apply((arn) =>
        JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Deny",
              Principal: "*",
              Action: "s3:*",
              Resource: [arn, `${arn}/*`],
              Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
          ],
        }),
      ),
    },
    // S3 refuses concurrent changes of a bucket's access.
    { parent, dependsOn: [access] },
  );
  return { bucket, arn };
}
