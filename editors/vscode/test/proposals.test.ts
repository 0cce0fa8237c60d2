// The parts that do not depend on VS Code, in plain Node.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { caution, certainty, partsOf, pathOf, type Proposal, Proposals, title } from '../src/proposals';
import { forServer, newEnough } from '../src/settings';

const choice = { message: 'm', cautions: [], diff: 'd', revised: 'r' };
const proposal: Proposal = {
  id: '6f0c', uri: 'file:///a/my%20ranges.py', qualname: 'clamp', verified: true, original: 'o', objective: 'fix', message: 'clamp: all 4 tests pass.',
  before: { passed: 2, total: 4 }, after: { passed: 4, total: 4 }, choices: [choice, choice],
};

test('a title has the test counts and the number of the revision', () => {
  assert.equal(title(proposal, 1), 'ReLoc: clamp: 2/4 → 4/4 tests (2 of 2)');
  assert.equal(title({ ...proposal, choices: [choice] }, 0), 'ReLoc: clamp: 2/4 → 4/4 tests');
});

test('a title has the message of the proposal if all tests passed before', () => {
  const simpler = { ...proposal, objective: 'simplify', message: 'clamp: 31 -> 22 syntax nodes; 4 of 4 tests pass.' };
  assert.equal(title(simpler, 0), 'ReLoc: clamp: 31 -> 22 syntax nodes; 4 of 4 tests pass. (1 of 2)');
});

test('what to check in a revision is one text, and nothing where there is nothing to check', () => {
  const careful = { ...choice, cautions: ['New powers: writes files (os.remove in line 7).', 'No test ran line 7 of the revision.'] };
  const both = { ...proposal, choices: [choice, careful] };
  assert.equal(caution(both, 0), undefined);
  assert.equal(
    caution(both, 1),
    'ReLoc: clamp: New powers: writes files (os.remove in line 7). No test ran line 7 of the revision.',
  );
});

test('the path of a revision has its id, its number and the name of its file', () => {
  assert.equal(pathOf(proposal, 1), '/6f0c/1/my ranges.py');
  assert.deepEqual(partsOf(pathOf(proposal, 1)), { id: '6f0c', number: 1 });
  assert.equal(partsOf('/elsewhere'), undefined);
});

test('the latest proposal is the last one that still waits', () => {
  const proposals = new Proposals();
  proposals.add(proposal);
  proposals.add({ ...proposal, id: '7' });
  assert.equal(proposals.latest?.id, '7');
  proposals.remove('7');
  assert.equal(proposals.latest?.id, '6f0c');
});

test('the server receives no settings of the extension, and the interpreter of the project', () => {
  const section = { server: { interpreter: 'x' }, budget: { seconds: 3 }, evaluation: { interpreter: null, workers: 2 } };
  const received = { budget: { seconds: 3 }, evaluation: { interpreter: '/venv/python', workers: 2 } };
  assert.deepEqual(forServer(section, '/venv/python'), received);
  const chosen = { evaluation: { interpreter: '/mine' } };
  assert.deepEqual(forServer(chosen, '/venv/python'), chosen);
  assert.equal(forServer(null, undefined), null);
});

test('Python 3.11 and later run the server', () => {
  assert.deepEqual(['3.9', '3.10', '3.11', '3.13', '4.0', '2.7', ''].map(newEnough), [false, false, true, true, true, false, false]);
});

test('only the first revision says how likely it is right, and what to decide', () => {
  const text = 'About 9 of 10 such answers were right on bugs with known answers.';
  assert.equal(certainty(proposal, 0), undefined);
  assert.equal(certainty({ ...proposal, confidence: { sure: true, text, question: '' } }, 0), `ReLoc: clamp: ${text}`);
  const open = { ...proposal, confidence: { sure: false, text, question: 'The tests leave open: f(0).' } };
  assert.equal(certainty(open, 0), `ReLoc: clamp: ${text} The tests leave open: f(0). Which one do you mean?`);
  assert.equal(certainty(open, 1), undefined);
});
