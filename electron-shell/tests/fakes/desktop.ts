/** A private X display and PulseAudio server for tests that record for real. Ended with the test, even a killed one. */
import { spawn, type ChildProcess } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./processes.ts";
import { REAL_ENGINE } from "./real_engine.ts";

export function hasProgram(name: string): boolean {
  return (process.env["PATH"] ?? "").split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const guard = hasProgram("setpriv") ? ["setpriv", "--pdeathsig", "KILL", "--"] : [];

/** Start a program that ends with us. */
export function start(command: readonly string[], options: Parameters<typeof spawn>[2] = {}): ChildProcess {
  const [program, ...args] = [...guard, ...command];
  return spawn(program as string, args, { stdio: "ignore", ...options });
}

export async function end(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await gone;
}

export async function until(
  condition: () => Promise<boolean> | boolean,
  what: string,
  timeoutMs = 20_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A TCP port nobody uses now. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

export const DESKTOP_MISSING = ["Xvfb", "pulseaudio", "pactl"].filter((name) => !hasProgram(name)).join(", ");

export interface Desktop {
  /** Environment in which programs find this display and this sound server, and no other. */
  readonly env: NodeJS.ProcessEnv;
  close(): Promise<void>;
}

/** 1280×720, a speaker that plays a tone of -6 dB to nobody, what it plays as desktop sound and, through a second source, as microphone. */
export async function startDesktop(): Promise<Desktop> {
  const folder = await mkdtemp(path.join(tmpdir(), "ionia-desktop-"));
  const children: ChildProcess[] = [];
  const close = async (): Promise<void> => {
    for (const child of children.reverse()) await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const xvfb = start(["Xvfb", "-displayfd", "3", "-screen", "0", "1280x720x24", "-nolisten", "tcp", "-noreset"], {
      stdio: ["ignore", "ignore", "ignore", "pipe"],
      cwd: folder,
    });
    children.push(xvfb);
    const display = await new Promise<string>((resolve, reject) => {
      xvfb.stdio[3]?.once("data", (text: Buffer) => resolve(`:${text.toString().trim()}`));
      xvfb.once("exit", () => reject(new Error("Xvfb did not start")));
    });
    const base = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PULSE_|DBUS_)/.test(name)));
    const env = {
      ...base,
      HOME: folder,
      XDG_RUNTIME_DIR: folder,
      XDG_CONFIG_HOME: folder,
      PULSE_RUNTIME_PATH: folder,
      DISPLAY: display,
    };
    const socket = path.join(folder, "native");
    const client = { ...env, PULSE_SERVER: `unix:${socket}` };
    const modules = [
      `module-native-protocol-unix auth-anonymous=1 socket=${socket}`,
      "module-null-sink sink_name=speaker",
      "module-remap-source master=speaker.monitor source_name=mic",
      "module-sine sink=speaker frequency=440",
    ];
    children.push(
      start(
        [
          "pulseaudio",
          "-n",
          "--daemonize=no",
          "--use-pid-file=no",
          "--exit-idle-time=-1",
          "--disable-shm=yes",
          "--log-level=error",
          ...modules.flatMap((module) => ["-L", module]),
        ],
        { env },
      ),
    );
    await until(
      () =>
        run("pactl", ["info"], { env: client }).then(
          () => existsSync(socket),
          () => false,
        ),
      "PulseAudio",
    );
    await run("pactl", ["set-default-source", "mic"], { env: client });
    return { env: client, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Text that scrolls and a film, so many pictures a second, from the repository's own Python. */
export async function paintDesktop({ env }: Desktop, fps = 10): Promise<ChildProcess> {
  const repository = fileURLToPath(new URL("../../..", import.meta.url));
  const python = path.join(path.dirname(REAL_ENGINE ?? ""), "python");
  const painter = start([python, "-m", "tests.bench.desktop", env["DISPLAY"] ?? "", "moving", String(fps)], {
    stdio: ["pipe", "pipe", "inherit"],
    cwd: repository,
    env,
  });
  await new Promise<void>((resolve, reject) => {
    painter.stdout?.once("data", () => resolve());
    painter.once("exit", () => reject(new Error("the desktop was not painted")));
  });
  return painter;
}
