import { execFile } from "node:child_process";
import { promisify } from "node:util";

const TIMEOUT_MILLISECONDS = 15_000;

/** The fields used here (Docker CLI reference, `docker manifest inspect --verbose`). */
interface Manifest {
  readonly Descriptor: { readonly platform: { readonly os: string; readonly architecture: string } };
}

/**
 * Asks an image's registry for its platforms, with docker's credentials.
 *
 * @param path where to look for `docker`. Default: `PATH`.
 * @returns for example `["linux/amd64", "linux/arm64"]`.
 * @throws Error if `docker` is missing or the registry refuses.
 */
export async function imagePlatforms(image: string, path = process.env.PATH): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)("docker", ["manifest", "inspect", "--verbose", image], {
    timeout: TIMEOUT_MILLISECONDS,
    env: { ...process.env, PATH: path },
  });
  const manifests: Manifest[] = [JSON.parse(stdout)].flat();
  return manifests.map(({ Descriptor: { platform } }) => `${platform.os}/${platform.architecture}`);
}
