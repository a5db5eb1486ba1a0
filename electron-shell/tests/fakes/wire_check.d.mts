/** Throws unless the schema allows this message of an engine; `method` is what an answer answers. */
export function checkMessage(message: object, method: string | undefined): void;
