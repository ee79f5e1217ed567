/**
 * Where a pipeline keeps what is on its way from one step to the next, and released code until Lambda has copied it:
 * private, encrypted, over TLS alone, and not for long.
 */
const RETENTION_DAYS = 30;

export interface ArtifactBucket {
  readonly bucket: $util.Output<string>;
  readonly arn: $util.Output<string>;
}

export function createArtifactBucket(name: string, parent: $util.Resource): ArtifactBucket {
  // What is in it can be made again.
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
    // S3 refuses two changes of a bucket's access at once.
    { parent, dependsOn: [access] },
  );
  return { bucket, arn };
}
