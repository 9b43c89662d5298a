import inspect
import sys

def count(first, last):
    while first <= last:
        yield first
        first += 1

def look(generator):
    frame = generator.gi_frame
    kept = frame and (frame.f_lineno, frame.f_locals)
    print(inspect.getgeneratorstate(generator), kept)

numbers = count(1, 2)
look(numbers)
next(numbers)
look(numbers)
numbers.close()
look(numbers)
print(sys.getsizeof(count(1, 2)), "bytes")
