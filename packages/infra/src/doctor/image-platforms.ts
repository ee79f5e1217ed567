import { execFile } from "node:child_process";
import { promisify } from "node:util";

const TIMEOUT_MILLISECONDS = 15_000;

/** As far as it is used here (Docker CLI reference, `docker manifest inspect --verbose`). */
interface Manifest {
  readonly Descriptor: { readonly platform: { readonly os: string; readonly architecture: string } };
}

/**
 * Asks the registry of an image for its platforms, with the sign-in that `docker` has.
 *
 * @param path where `docker` is looked for. Default: `PATH`.
 * @returns as in `["linux/amd64", "linux/arm64"]`.
 * @throws Error when there is no `docker`, or the registry refuses.
 */
export async function imagePlatforms(image: string, path = process.env.PATH): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)("docker", ["manifest", "inspect", "--verbose", image], {
    timeout: TIMEOUT_MILLISECONDS,
    env: { ...process.env, PATH: path },
  });
  const manifests: Manifest[] = [JSON.parse(stdout)].flat();
  return manifests.map(({ Descriptor: { platform } }) => `${platform.os}/${platform.architecture}`);
}
