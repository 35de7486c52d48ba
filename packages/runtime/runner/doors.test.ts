/** Tests of the order of answers. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { attemptDoors, doorsOf, Notes, OrderedAnswers } from './doors.ts';

it('text comes in the order of the list, as early as that allows', () => {
  let said = '';
  const answers = new OrderedAnswers((text) => (said += text), 0, 100, 'each');
  answers.write(1, 'b1 ');
  answers.write(0, 'a1 ');
  expect(said).toBe('a1 ');
  answers.settle(1);
  answers.write(2, 'c1 ');
  answers.write(0, 'a2 ');
  answers.settle(0);
  expect(said).toBe('a1 a2 b1 c1 ');
  answers.write(2, 'c2');
  expect(said).toBe('a1 a2 b1 c1 c2');
});

it('whatever the order of writing and settling', () => {
  const order = fc
    .integer({ min: 1, max: 12 })
    .chain((n) => fc.shuffledSubarray([...Array(n).keys()], { minLength: n, maxLength: n }));
  fc.assert(
    fc.property(order, fc.integer({ min: 0, max: 5 }), (indices, from) => {
      let said = '';
      const answers = new OrderedAnswers((text) => (said += text), from, 1000, 'each');
      for (const index of indices) {
        answers.write(from + index, `${index};`);
        answers.settle(from + index);
      }
      expect(said).toBe(
        [...indices]
          .sort((a, b) => a - b)
          .map((index) => `${index};`)
          .join(''),
      );
    }),
  );
});

it('what is held back has a limit with a name', () => {
  const answers = new OrderedAnswers(() => {}, 0, 10, 'each');
  answers.write(1, '12345');
  expect(() => answers.write(2, '123456')).toThrow('step.bytes');
});

it('what an attempt that failed has said is not said again', () => {
  let said = '';
  const notes = new Notes(0, 'each[0]', 0);
  const around = { ...doorsOf(notes, {} as never), answer: (text: string) => (said += text) };
  const doorsFor = attemptDoors(doorsOf(notes, around), 3);
  const first = doorsFor(1);
  first.answer('Hello ');
  first.answer('wor');
  const second = doorsFor(2);
  second.answer('Hel');
  first.answer('ld, too late');
  second.answer('lo world');
  expect(said).toBe('Hello world');
  const third = doorsFor(3);
  third.answer('Hello ');
  expect(said).toBe('Hello world');
  third.answer('there');
  third.answer('.');
  expect(said).toBe('Hello world\nHello there.');
});
