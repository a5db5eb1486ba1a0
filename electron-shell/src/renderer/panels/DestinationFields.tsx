/** What a destination is made of: a server's address and a key. The key is typed here once and never comes back to this page. */
import { useId, useState, type SyntheticEvent } from "react";
import { KeyRound, Pencil, Trash2 } from "lucide-react";
import {
  NAME_IS_SECRET,
  checkServerUrl,
  isWhip,
  keySlot,
  looksLikeSecret,
  serverSlot,
  serviceById,
  takesToken,
  type DestinationSetting,
} from "@ionia/common";
import { IconButton } from "../components/controls.tsx";
import { useShell, useShellClient } from "../state/use_shell.ts";

const FIELD = "h-9 w-full min-w-0 rounded-lg border bg-raised px-2.5 disabled:opacity-60";

interface FieldProps {
  readonly destination: DestinationSetting;
  /** Whether a stream goes there now. */
  readonly live: boolean;
}

export function NameField({ destination }: Pick<FieldProps, "destination">) {
  const client = useShellClient();
  const [wrong, setWrong] = useState(false);
  const id = useId();
  return (
    <div className="mt-3">
      <label htmlFor={id} className="mb-1 block text-[12px] text-muted">
        Name
      </label>
      <input
        id={id}
        type="text"
        key={destination.name}
        defaultValue={destination.name}
        maxLength={60}
        placeholder={serviceById(destination.service).name}
        spellCheck={false}
        aria-invalid={wrong}
        aria-describedby={wrong ? `${id}-problem` : undefined}
        onBlur={({ target }) => {
          const name = target.value.trim();
          setWrong(looksLikeSecret(name));
          // What may be a key is not left in sight, either.
          if (looksLikeSecret(name)) target.value = destination.name;
          else if (name !== destination.name) void client.changeDestination(destination.id, { name });
        }}
        className={`${FIELD} ${wrong ? "border-rec" : "border-line-strong/60"}`}
      />
      {wrong && (
        <p id={`${id}-problem`} role="status" className="mt-1 text-[12px] text-rec-ink">
          {NAME_IS_SECRET}
        </p>
      )}
    </div>
  );
}

export function ServerField({ destination }: Pick<FieldProps, "destination">) {
  const client = useShellClient();
  const { id: destinationId, server: saved } = destination;
  const more = useShell((state) => state.savedKeys[serverSlot(destination)] !== undefined);
  const [value, setValue] = useState(saved);
  const [left, setLeft] = useState(saved !== "");
  const [edited, setEdited] = useState(false);
  const id = useId();
  const check = checkServerUrl(value);
  const wrong = left && !check.ok;
  return (
    <div className="mt-3">
      <label htmlFor={id} className="mb-1 block text-[12px] text-muted">
        Server address
      </label>
      <input
        id={id}
        type="url"
        value={value}
        placeholder="rtmp://server/app or whips://server/path"
        spellCheck={false}
        aria-invalid={wrong}
        aria-describedby={wrong ? `${id}-problem` : undefined}
        onChange={(event) => {
          setValue(event.target.value);
          setEdited(true);
        }}
        onBlur={() => {
          setLeft(true);
          const server = value.trim();
          // What is no address may be a key in the wrong field: it stays here. The same again drops what isn't shown.
          const wanted = server !== saved || (edited && more);
          setEdited(false);
          if (wanted && (check.ok || server === "")) void client.changeDestination(destinationId, { server });
        }}
        className={`${FIELD} ${wrong ? "border-rec" : "border-line-strong/60"}`}
      />
      {wrong && (
        <p id={`${id}-problem`} className="mt-1 text-[12px] text-rec-ink">
          {check.message}
        </p>
      )}
      {more && !wrong && (
        <p className="mt-1 text-[12px] text-muted">
          {isWhip(saved) ? "The path of this address" : "The rest of this address"} is kept with your stream keys.
        </p>
      )}
    </div>
  );
}

export function KeyField({ destination, live }: FieldProps) {
  const client = useShellClient();
  const slot = keySlot(destination);
  const token = takesToken(destination);
  const secret = token ? "token" : "stream key";
  const mask = useShell((state) => state.savedKeys[slot]);
  const encrypted = useShell((state) => state.keysEncrypted);
  const [replacing, setReplacing] = useState(false);
  if (mask === undefined || replacing)
    return (
      <KeyForm
        destination={destination}
        {...(replacing ? { onCancel: () => setReplacing(false) } : {})}
        onSave={(key) => {
          setReplacing(false);
          void client.command((api) => api.saveStreamKey(slot, key));
        }}
      />
    );
  return (
    <div className="mt-3">
      <span className="mb-1 block text-[12px] text-muted">{token ? "Token" : "Stream key"}</span>
      <div className="flex h-9 items-center gap-1 rounded-lg border border-line bg-raised pr-1 pl-2.5">
        <KeyRound aria-hidden size={14} className="mr-1 shrink-0 text-ok-ink" />
        <span className="grow truncate tabular-nums">
          <span className="sr-only">A {secret} is saved, ending in </span>
          {mask}
        </span>
        <IconButton label={`Enter another ${secret}`} onClick={() => setReplacing(true)}>
          <Pencil aria-hidden size={14} />
        </IconButton>
        <IconButton
          label={`Forget this ${secret}`}
          disabled={live}
          onClick={() => void client.command((api) => api.forgetStreamKey(slot))}
        >
          <Trash2 aria-hidden size={14} />
        </IconButton>
      </div>
      {!encrypted && (
        <p className="mt-1 text-[12px] text-muted">Kept until you quit: this system has no password store.</p>
      )}
    </div>
  );
}

interface KeyFormProps {
  readonly destination: DestinationSetting;
  readonly onSave: (key: string) => void;
  /** There is a key already, which stays then. */
  readonly onCancel?: () => void;
}

function KeyForm({ destination, onSave, onCancel }: KeyFormProps) {
  const encrypted = useShell((state) => state.keysEncrypted);
  const token = takesToken(destination);
  const [typed, setTyped] = useState("");
  const id = useId();
  const save = (event: SyntheticEvent): void => {
    event.preventDefault();
    setTyped("");
    onSave(typed);
  };
  return (
    <form className="mt-3" onSubmit={save}>
      <label htmlFor={id} className="mb-1 block text-[12px] text-muted">
        {token ? "Token, if the server wants one" : "Stream key"}
      </label>
      <div className="flex gap-2">
        <input
          id={id}
          type="password"
          autoComplete="off"
          spellCheck={false}
          value={typed}
          aria-describedby={`${id}-help`}
          onChange={(event) => setTyped(event.target.value)}
          className="h-9 min-w-0 grow rounded-lg border border-line-strong/60 bg-raised px-2.5"
        />
        <button
          type="submit"
          disabled={typed.trim() === ""}
          className="h-9 shrink-0 rounded-lg bg-accent px-3.5 font-semibold text-white disabled:opacity-60"
        >
          Save
        </button>
        {onCancel !== undefined && (
          <button
            type="button"
            onClick={onCancel}
            className="h-9 shrink-0 rounded-lg border border-line bg-raised px-3 hover:bg-hover"
          >
            Cancel
          </button>
        )}
      </div>
      <p id={`${id}-help`} className="mt-1 text-[12px] text-muted">
        {serviceById(destination.service).keyHelp}.{" "}
        {encrypted ? "Stored encrypted by your system." : "Kept until you quit: this system has no password store."}
      </p>
    </form>
  );
}
