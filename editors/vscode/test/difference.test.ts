// The smallest block of lines that differs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { difference } from '../src/difference';

const TEXTS = [
  'a\nb\nc\n', 'a\nB\nc\n', 'a\nc\n', 'a\nb\nb\nc\n', 'a\nb\nc', '', 'a\r\nb\r\nc\r\n', 'a\r\nB\r\nc\r\n', '\n', 'a\nb\nc\nd', '\ud83d\ude00\nb\n',
];

test('one text becomes the other', () => {
  for (const before of TEXTS) {
    for (const after of TEXTS) {
      const { start, end, text } = difference(before, after);
      assert.equal(before.slice(0, start) + text + before.slice(end), after);
    }
  }
});

test('equal lines at both ends are left out', () => {
  assert.deepEqual(difference('a\nb\nc\n', 'a\nB\nc\n'), { start: 2, end: 4, text: 'B\n' });
  assert.deepEqual(difference('a\nb\nb\nc\n', 'a\nb\nc\n'), { start: 4, end: 6, text: '' });
});
