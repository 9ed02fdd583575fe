import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { eventually, freePorts, pathFolders, program, start } from './support/processes.ts';
import { main, root, type SandboxProcess, startSandboxProcess } from './support/sandbox-process.ts';

const rollout = (name: string, replicas = 2) => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Rollout',
  metadata: { name, labels: { team: name } },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'main', image: 'shop:v1' }] },
    },
    strategy: { canary: { steps: [{ setWeight: 50 }, { pause: {} }] } },
  },
});

const longName = `a-very-long-name-${'that-goes-on-'.repeat(9)}`.slice(0, 60).replace(/-$/, '');

/** The page in a real browser, over `sluice sandbox` and `sluice dashboard` as processes. */
describe('the dashboard in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-dashboard-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const env = { ...process.env, KUBECONFIG: kubeconfig, HOME: folder };
  const problems: string[] = [];
  let sandbox: SandboxProcess;
  let served: ReturnType<typeof start>;
  let browser: Browser;
  let page: Page;
  let base = '';

  const sluice = (...args: string[]) =>
    new Promise<void>((resolve, reject) => {
      execFile(process.execPath, [main, ...args], { cwd: root, env }, (error, _, stderr) =>
        error === null ? resolve() : reject(new Error(stderr)),
      );
    });
  const create = async (...objects: readonly object[]) => {
    const file = join(folder, 'objects.yaml');
    writeFileSync(file, objects.map((object) => JSON.stringify(object)).join('\n---\n'));
    await sluice('create', '-f', file);
  };

  beforeAll(async () => {
    sandbox = await startSandboxProcess(kubeconfig, join(folder, 'sandbox.log'));
    const [port = 0] = await freePorts(1);
    const log = join(folder, 'dashboard.log');
    served = start(process.execPath, [main, 'dashboard', '-p', `${port}`], log, env);
    await eventually('the dashboard', async () => readFileSync(log, 'utf8').includes('now available'));
    base = `http://localhost:${port}/rollouts/`;
    const executablePath = program('chromium', 'install the package `chromium`', pathFolders());
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    page = await browser.newPage();
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(base)) problems.push(`asked for ${request.url()}`);
    });
  });
  afterAll(async () => {
    await browser?.close();
    await served?.stop();
    await sandbox?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const text = (selector: string) => page.locator(selector).first();
  /** Nothing sticks out to the side. */
  const fits = () => page.evaluate('document.documentElement.scrollWidth <= innerWidth');

  test('says that there is nothing, and shows a new rollout without being asked', async () => {
    await page.goto(base);
    await text('text=There are no rollouts in namespace default.').waitFor();
    await create(rollout('shop'), rollout(longName));
    await text('article.entry:has-text("shop") >> text=Healthy').waitFor();
    await text('text=2 rollouts').waitFor();
    await page.setViewportSize({ width: 380, height: 800 });
    expect(await fits()).toBe(true);
    await page.setViewportSize({ width: 1200, height: 900 });
  });

  test('is searched and walked through with the keyboard', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('team:shop');
    await text('text=1 of 2 rollouts').waitFor();
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await text('text=2 rollouts').waitFor();
    await page.locator('article.entry h2 a').first().focus();
    await page.keyboard.press('ArrowDown');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('shop');
    await page.keyboard.press('Enter');
    await text('h1:has-text("shop")').waitFor();
    expect(page.url()).toBe(`${base}rollout/default/shop`);
  });

  test('releases an image, after a question, and follows the release', async () => {
    await page.getByRole('textbox', { name: 'main', exact: true }).fill('shop:v2');
    await page.getByRole('button', { name: 'Set image' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Set image' }).click();
    await text('.title >> text=CanaryPauseStep').waitFor();
    await text('li[aria-current="step"]:has-text("pause")').waitFor();
    await text('text=weight now: 50 of 100').waitFor();
    await text('p.sentence:has-text("gets 50 of 100 parts of the traffic")').waitFor();
  });

  test('does nothing when the question is left by Escape, and aborts when it is answered', async () => {
    await page.getByRole('button', { name: 'Abort' }).click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await text('.title >> text=Paused').waitFor();
    await page.getByRole('button', { name: 'Abort' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Abort' }).click();
    await text('.title >> text=Degraded').waitFor();
    await text('text=The release was aborted').waitFor();
    expect(await page.getByRole('button', { name: 'Promote full' }).isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: 'Retry' }).isEnabled()).toBe(true);
  });

  test('retries, promotes and rolls back', async () => {
    const ask = async (button: string, answer = button) => {
      await page.getByRole('button', { name: button, exact: true }).first().click();
      await page.getByRole('dialog').getByRole('button', { name: answer }).click();
    };
    await ask('Retry');
    await text('.title >> text=CanaryPauseStep').waitFor();
    await ask('Promote');
    await text('.title >> text=Healthy').waitFor();
    await text('.revision:has-text("Revision 2") >> text=stable').waitFor();
    await ask('Roll back to it', 'Release revision 1 again');
    await text('.revision:has-text("Revision 3") >> text=shop:v1').waitFor();
  });

  test('shows two hundred at once', async () => {
    await create(...Array.from({ length: 198 }, (_, index) => rollout(`app-${index}`, 0)));
    await page.goto(base);
    await text('text=200 rollouts').waitFor();
    await page.getByRole('button', { name: 'Table' }).click();
    expect(await page.locator('article.entry').count()).toBe(200);
    expect(await fits()).toBe(true);
  });

  test('had no error, asked nobody else, and broke no rule of its security policy', () => {
    expect(problems).toEqual([]);
  });
});
