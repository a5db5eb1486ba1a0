/** Every key that does something, in one place, and the switch for those that work in the window alone. */
import { Panel, Switch } from "../components/controls.tsx";
import { SHORTCUTS } from "../state/shortcuts.ts";
import { useShell, useShellClient } from "../state/use_shell.ts";

export function ShortcutsPanel() {
  const client = useShellClient();
  const keys = useShell((state) => state.settings.takeKeys);
  const anywhere = useShell((state) => state.shortcut);
  const rows = [
    ...SHORTCUTS.map(({ id, keys: shown, does }) => ({ id: id as string, shown, does, on: keys })),
    ...(anywhere === null
      ? []
      : [{ id: "anywhere", shown: globalKeys(anywhere), does: "Record, or stop, from any program", on: true }]),
  ];
  return (
    <Panel
      title="Shortcuts"
      action={
        <Switch
          label="Shortcuts in this window"
          checked={keys}
          onChange={(takeKeys) => void client.updateSettings({ takeKeys })}
        />
      }
    >
      <dl className="grid gap-1.5">
        {rows.map(({ id, shown, does, on }) => (
          <div key={id} className={`flex items-baseline justify-between gap-3 ${on ? "" : "text-muted line-through"}`}>
            <dt className="min-w-0">{does}</dt>
            <dd>
              <kbd className="rounded border border-line bg-raised px-1.5 py-0.5 font-sans text-[12px] whitespace-nowrap">
                {shown}
              </kbd>
            </dd>
          </div>
        ))}
      </dl>
      <p className="mt-2 text-[12px] text-muted">
        Keys do nothing of this where text is typed. What begins or ends something needs two.
      </p>
    </Panel>
  );
}

/** Electron's name of keys as people know them. */
export function globalKeys(accelerator: string): string {
  return accelerator.replace("CommandOrControl", "Ctrl");
}
