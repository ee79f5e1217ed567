/** The three ways in which common clients send the fields of a form. */

export interface BodyToSend {
  readonly contentType: string;
  readonly body: string;
}

export type Fields = readonly (readonly [name: string, value: string])[];

/** As Swagger UI and `curl -d` send it. */
export const form = (fields: Fields): BodyToSend => ({
  contentType: "application/x-www-form-urlencoded",
  body: new URLSearchParams(fields as [string, string][]).toString(),
});

/** As `curl -F` sends it. */
export const multipart = (fields: Fields): BodyToSend => ({
  contentType: "multipart/form-data; boundary=------------------------vTvXDsVFYOO5TKcoI5sxQy",
  body: `${fields
    .map(
      ([name, value]) =>
        `--------------------------vTvXDsVFYOO5TKcoI5sxQy\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    )
    .join("")}--------------------------vTvXDsVFYOO5TKcoI5sxQy--\r\n`,
});

export const json = (fields: Fields): BodyToSend => ({
  contentType: "application/json",
  body: JSON.stringify(Object.fromEntries(fields)),
});

/** As `curl -F name=@file` sends it. */
export function multipartWithFile(fields: Fields, fileField: string, content: string): BodyToSend {
  const { contentType, body } = multipart([...fields, [fileField, content]]);
  const last = `name="${fileField}"\r\n`;
  const at = body.lastIndexOf(last);
  const head = `name="${fileField}"; filename="secret.txt"\r\nContent-Type: text/plain\r\n`;
  return { contentType, body: body.slice(0, at) + head + body.slice(at + last.length) };
}

export const encodings = { form, multipart, json } as const;
