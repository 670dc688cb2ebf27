import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Raises an Error where the figures can't be had: they are read from Linux's /proc, as proc(5) describes it. */
export function assertMeasurable(): void {
  if (process.platform !== 'linux') {
    throw new Error('the bench reads CPU time and memory from /proc, which only Linux has');
  }
}

const ticksPerSecond = () => Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
let tick: number | null = null;

/** Seconds of CPU, user and system, of all threads of the process since it began, in steps of a clock tick (10 ms). */
export function cpuSeconds(pid: number): number {
  tick ??= 1 / ticksPerSecond();
  const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the name in brackets and may hold spaces; utime and stime are the 14th and 15th field.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tick;
}

/** The most memory, in MiB, that was resident at once since the process began. */
export function peakMemory(pid: number): number {
  return memory(pid, 'VmHWM');
}

/** The memory, in MiB, that is resident now. */
export function residentMemory(pid: number): number {
  return memory(pid, 'VmRSS');
}

function memory(pid: number, name: string): number {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  if (!found) throw new Error(`no ${name} in /proc/${pid}/status`);
  return Number(found[1]) / 1024;
}
