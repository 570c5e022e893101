// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Unwinding;

/// <summary>
/// Hands out ranges of the kernel's row array. A range that was given back is not handed out again for a while: a walk that began before may
/// still read it. For one thread.
/// </summary>
public sealed class RowSpace
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _quarantine;
    private readonly SortedList<int, int> _free = []; // first row -> rows, no two of them adjacent
    private readonly Queue<(long Timestamp, int First, int Count)> _resting = new();

    public RowSpace(int capacity, TimeSpan quarantine, TimeProvider time)
    {
        Capacity = capacity;
        _quarantine = quarantine;
        _time = time;
        _free.Add(0, capacity);
    }

    public int Capacity { get; }

    /// <summary>Rows handed out.</summary>
    public int Used { get; private set; }

    /// <summary>Rows that were given back and may not be handed out yet.</summary>
    public int Resting { get; private set; }

    /// <summary>Takes the first range that is long enough; false when there is none (yet).</summary>
    public bool TryTake(int count, out int first)
    {
        Recover();
        first = 0;
        if (count == 0)
            return true; // nothing to look for, and nothing that may come back: a range without rows would lie on its neighbour
        for (int index = 0; index < _free.Count; index++)
        {
            first = _free.GetKeyAtIndex(index);
            int length = _free.GetValueAtIndex(index);
            if (length < count)
                continue;
            _free.RemoveAt(index);
            if (length > count)
                _free.Add(first + count, length - count);
            Used += count;
            return true;
        }
        return false;
    }

    /// <summary>Gives a range back.</summary>
    public void Return(int first, int count)
    {
        if (count == 0)
            return;
        Used -= count;
        Resting += count;
        _resting.Enqueue((_time.GetTimestamp(), first, count));
    }

    private void Recover()
    {
        while (_resting.TryPeek(out (long Timestamp, int First, int Count) oldest) && _time.GetElapsedTime(oldest.Timestamp) >= _quarantine)
        {
            _resting.Dequeue();
            Resting -= oldest.Count;
            Free(oldest.First, oldest.Count);
        }
    }

    private void Free(int first, int count)
    {
        _free.Add(first, count);
        int index = _free.IndexOfKey(first);
        if (index + 1 < _free.Count && first + count == _free.GetKeyAtIndex(index + 1))
        {
            _free.SetValueAtIndex(index, count + _free.GetValueAtIndex(index + 1));
            _free.RemoveAt(index + 1);
        }
        if (index > 0 && _free.GetKeyAtIndex(index - 1) + _free.GetValueAtIndex(index - 1) == first)
        {
            _free.SetValueAtIndex(index - 1, _free.GetValueAtIndex(index - 1) + _free.GetValueAtIndex(index));
            _free.RemoveAt(index);
        }
    }
}
