import type { DebianHost } from './debian-host.ts';
import type { HostService } from './host-command.ts';

const everyMs = 1000;

/**
 * What a service manager does: the service is started again whenever it has ended. While the host is off, or between
 * two of its boots, nothing can be started.
 * @returns ends the supervision
 */
export function supervise(host: Pick<DebianHost, 'isOn'>, service: HostService): () => void {
  const timer = setInterval(() => {
    if (host.isOn && !service.isRunning) service.start();
  }, everyMs);
  return () => clearInterval(timer);
}
