// What needs no editor, in plain Node.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partsOf, pathOf, type Proposal, Proposals, title } from '../src/proposals';
import { forServer, newEnough } from '../src/settings';

const choice = { message: 'm', diff: 'd', revised: 'r' };
const proposal: Proposal = {
  id: '6f0c', uri: 'file:///a/my%20ranges.py', qualname: 'clamp', verified: true, original: 'o', objective: 'fix', message: 'clamp: all 4 tests pass.',
  before: { passed: 2, total: 4 }, after: { passed: 4, total: 4 }, choices: [choice, choice],
};

test('a title tells the gain, and which of several revisions is shown', () => {
  assert.equal(title(proposal, 1), 'ReLoc: clamp: 2/4 → 4/4 tests (2 of 2)');
  assert.equal(title({ ...proposal, choices: [choice] }, 0), 'ReLoc: clamp: 2/4 → 4/4 tests');
});

test('a title tells what else was gained where all tests passed before', () => {
  const simpler = { ...proposal, objective: 'simplify', message: 'clamp: 31 -> 22 syntax nodes; 4 of 4 tests pass.' };
  assert.equal(title(simpler, 0), 'ReLoc: clamp: 31 -> 22 syntax nodes; 4 of 4 tests pass. (1 of 2)');
});

test('the path of a revision says which it is, under the name of its file', () => {
  assert.equal(pathOf(proposal, 1), '/6f0c/1/my ranges.py');
  assert.deepEqual(partsOf(pathOf(proposal, 1)), { id: '6f0c', number: 1 });
  assert.equal(partsOf('/elsewhere'), undefined);
});

test('the latest proposal is the one that came last and still waits', () => {
  const proposals = new Proposals();
  proposals.add(proposal);
  proposals.add({ ...proposal, id: '7' });
  assert.equal(proposals.latest?.id, '7');
  proposals.remove('7');
  assert.equal(proposals.latest?.id, '6f0c');
});

test('the server hears nothing of what is for the extension, and of the interpreter the editor knows', () => {
  const section = { server: { interpreter: 'x' }, budget: { seconds: 3 }, evaluation: { interpreter: null, workers: 2 } };
  const told = { budget: { seconds: 3 }, evaluation: { interpreter: '/venv/python', workers: 2 } };
  assert.deepEqual(forServer(section, '/venv/python'), told);
  const chosen = { evaluation: { interpreter: '/mine' } };
  assert.deepEqual(forServer(chosen, '/venv/python'), chosen);
  assert.equal(forServer(null, undefined), null);
});

test('Python 3.11 and later run the server', () => {
  assert.deepEqual(['3.9', '3.10', '3.11', '3.13', '4.0', '2.7', ''].map(newEnough), [false, false, true, true, true, false, false]);
});
