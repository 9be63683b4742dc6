'use strict';
// solc --standard-json for npm's solc: JSON on stdin, JSON on stdout.
//   --allow-paths A,B   folders that imports may be read from, beside the base path
//   --base-path P       folder that relative imports start from (the working directory by default)
//   --include-path P    further folders that relative imports are looked up in; may be repeated

const fs = require('fs');
const path = require('path');

const VERSION = '0.8.28+commit.7893614a.Emscripten.clang';

function stop(message) {
  process.stderr.write(`solc: ${message}\n`);
  process.exit(1);
}

function parseArguments(words) {
  const given = { standardJson: false, basePath: process.cwd(), includePaths: [], allowPaths: [] };
  for (let at = 0; at < words.length; at += 1) {
    let [word, value] = words[at].split(/=(.*)/s, 2);
    const argument = () => {
      if (value === undefined) value = words[(at += 1)];
      if (value === undefined) stop(`${word} needs a value`);
      return value;
    };
    if (word === '--standard-json') given.standardJson = true;
    else if (word === '--base-path') given.basePath = path.resolve(argument() || '.');
    else if (word === '--include-path') given.includePaths.push(path.resolve(argument()));
    else if (word === '--allow-paths') given.allowPaths.push(...argument().split(',').filter(Boolean));
    else if (word !== '-') stop(`this build answers --version and --standard-json only, not ${word}`);
  }
  if (!given.standardJson) stop('this build answers --version and --standard-json only');
  return given;
}

function realPath(name) {
  try {
    return fs.realpathSync(name);
  } catch (error) {
    return null;
  }
}

// The folders that remappings lead to are allowed, as they are by the native compiler.
function remappedFolders(input) {
  const remappings = (input.settings && input.settings.remappings) || [];
  return remappings.map((remapping) => remapping.replace(/^[^=]*=/, ''));
}

// Real paths on both sides: a symbolic link inside an allowed folder must not lead out of it.
function importReader({ basePath, includePaths, allowPaths }, input) {
  const folders = [basePath, ...includePaths];
  const roots = [...folders, ...allowPaths, ...remappedFolders(input)]
    .map((root) => realPath(path.resolve(basePath, root)))
    .filter(Boolean);
  const isAllowed = (file) => roots.some((root) => file === root || file.startsWith(root + path.sep));
  return (name) => {
    const found = folders.map((folder) => realPath(path.resolve(folder, name))).find(Boolean);
    if (!found) return { error: 'File not found.' };
    if (!isAllowed(found)) return { error: 'File outside of allowed directories.' };
    return { contents: fs.readFileSync(found, 'utf8') };
  };
}

// The metadata hash covers source paths, comments and every remapping of the user's machine. Without it
// the same contract has the same code, and so the same code hash in the manifest, on every machine.
function withoutMetadataHash(input) {
  return { ...input, settings: { metadata: { bytecodeHash: 'none' }, ...input.settings } };
}

// A pipe takes what fits and answers EAGAIN while it is full: write until all of it is out.
function writeAll(text) {
  const bytes = Buffer.from(text, 'utf8');
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let sent = 0; sent < bytes.length; ) {
    try {
      sent += fs.writeSync(1, bytes, sent);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      Atomics.wait(pause, 0, 0, 2);
    }
  }
}

const given = parseArguments(process.argv.slice(2));
const solc = require('solc');
if (solc.version() !== VERSION) stop(`expected ${VERSION} in node_modules, found ${solc.version()}: run "make setup"`);
const input = JSON.parse(fs.readFileSync(0, 'utf8'));
const request = JSON.stringify(withoutMetadataHash(input));
writeAll(solc.compile(request, { import: importReader(given, input) }));
