def mean():
    total, count = 0, 0
    while True:
        total += yield total / count if count else 0
        count += 1

means = mean()
print(next(means), means.send(10), means.send(20))
try:
    mean().send(10)
except TypeError as error:
    print("TypeError:", error)
