/** What the environment says of signing and of updates, as electron-builder takes it. Pure. */

const AZURE = {
  endpoint: "IONIA_SIGN_AZURE_ENDPOINT",
  codeSigningAccountName: "IONIA_SIGN_AZURE_ACCOUNT",
  certificateProfileName: "IONIA_SIGN_AZURE_PROFILE",
  publisherName: "IONIA_SIGN_PUBLISHER",
};
/** A certificate's file, as electron-builder itself reads it. */
const FILES = ["WIN_CSC_LINK", "CSC_LINK"];
/** A certificate of Windows' store: by its thumbprint, or by whom it is for. */
const STORED = { certificateSha1: "IONIA_SIGN_SHA1", certificateSubjectName: "IONIA_SIGN_SUBJECT" };

/** Of `win`: how the application, every program and library beside it, uninstaller and installer are signed. */
export function signing(environment) {
  const said = (names) =>
    Object.fromEntries(
      Object.entries(names)
        .filter(([, name]) => environment[name])
        .map(([option, name]) => [option, environment[name]]),
    );
  const everything = { signExts: [".exe", ".dll", ".pyd"], forceCodeSigning: true };
  const azure = said(AZURE);
  if (environment[AZURE.endpoint]) {
    const missing = Object.entries(AZURE).filter(([option]) => !(option in azure));
    if (missing.length > 0) throw new Error(`signing needs ${missing.map(([, name]) => name).join(" and ")}, too`);
    return { ...everything, azureSignOptions: azure };
  }
  const stored = said(STORED);
  if (Object.keys(stored).length === 0 && !FILES.some((name) => environment[name])) return { signExecutable: false };
  return { ...everything, signtoolOptions: { ...stored, signingHashAlgorithms: ["sha256"] } };
}

/** Where newer versions are looked for; then latest.yml is made, too, to be put there beside the installer. */
export function updates(environment) {
  const url = environment["IONIA_UPDATE_URL"];
  return { publish: url ? [{ provider: "generic", url }] : null };
}
