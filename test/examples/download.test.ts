import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { download, LinkError } from '../../examples/partner/src/download.ts';
import { useResource } from '../support/resource.ts';

const BYTES = randomBytes(300_000);
const EXPECTED = { size: BYTES.length, sha256: createHash('sha256').update(BYTES).digest('hex') };

/** A server of one file that cuts the next responses after so many bytes. */
const server = useResource(start, ({ close }) => close());
const folder = useResource(
  async () => ({ name: await mkdtemp(path.join(tmpdir(), 'ipto-download-')) }),
  ({ name }) => rm(name, { recursive: true, force: true }),
);

async function start() {
  const cuts: number[] = [];
  const ranges: (string | undefined)[] = [];
  const state = { takesRanges: true, status: 0, bytes: BYTES };
  const http = createServer(({ headers: { range } }, response) => {
    ranges.push(range);
    if (state.status) return void response.writeHead(state.status).end();
    const from = state.takesRanges ? Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0) : 0;
    const rest = state.bytes.subarray(from);
    response.writeHead(state.takesRanges && range ? 206 : 200, { 'content-length': rest.length });
    const cut = cuts.shift();
    if (cut === undefined) response.end(rest);
    else response.write(rest.subarray(0, cut), () => void partOf(from + cut).then(() => response.destroy()));
  });
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve));
  const link = `http://127.0.0.1:${(http.address() as AddressInfo).port}/file`;
  return { cuts, ranges, state, link, close: () => http.close() };
}

let file: string;
let files = 0;
beforeEach(() => {
  files += 1;
  file = path.join(folder.name, `file-${files}`);
  server.ranges.length = 0;
  Object.assign(server.state, { takesRanges: true, status: 0, bytes: BYTES });
});
/** Waits until so many bytes have been written. */
const partOf = (size: number) => expect.poll(() => stat(part()).then(facts => facts.size)).toBe(size);
const part = () => `${file}.${EXPECTED.sha256.slice(0, 16)}.part`;
const inFolder = async () => (await readdir(folder.name)).filter(name => name.startsWith(path.basename(file)));

describe('a download', () => {
  test('goes on where a connection was lost', async () => {
    server.cuts.push(100_000, 50_000);
    await download(server.link, file, EXPECTED);
    expect((await readFile(file)).equals(BYTES)).toBe(true);
    const [first, ...starts] = server.ranges.map(range => range && Number(/\d+/.exec(range)![0]));
    expect(first).toBeUndefined();
    expect(starts).toEqual([100_000, 150_000]);
    expect(await inFolder()).toEqual([path.basename(file)]);
  });

  test('goes on where an earlier start was killed', async () => {
    await writeFile(part(), BYTES.subarray(0, 123_456));
    await download(server.link, file, EXPECTED);
    expect(server.ranges).toEqual(['bytes=123456-']);
    expect((await readFile(file)).equals(BYTES)).toBe(true);
  });

  test('begins anew where the server has no ranges', async () => {
    server.state.takesRanges = false;
    await writeFile(part(), BYTES.subarray(0, 10));
    await download(server.link, file, EXPECTED);
    expect((await readFile(file)).equals(BYTES)).toBe(true);
  });

  test('is refused with the wrong checksum, and leaves nothing', async () => {
    await writeFile(part(), randomBytes(10));
    await expect(download(server.link, file, EXPECTED)).rejects.toThrow('checksum');
    expect(await inFolder()).toEqual([]);
  });

  test('may be of an empty file', async () => {
    server.state.bytes = Buffer.alloc(0);
    await download(server.link, file, { size: 0, sha256: createHash('sha256').digest('hex') });
    expect(await readFile(file, 'utf8')).toBe('');
  });

  test('by an expired link ends at once', async () => {
    server.state.status = 403;
    await expect(download(server.link, file, EXPECTED)).rejects.toThrow(LinkError);
    expect(server.ranges).toHaveLength(1);
  });
});
