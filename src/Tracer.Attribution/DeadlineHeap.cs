// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution;

/// <summary>
/// Slots by their next deadline: a binary heap that knows where each slot is, so that the short-lived majority leaves it again in
/// O(log n) and no dead deadlines pile up.
/// </summary>
internal sealed class DeadlineHeap
{
    private readonly record struct Node(ulong Deadline, int Slot);

    private Node[] _nodes = new Node[64];
    private int[] _positions = new int[64]; // by slot: index into _nodes plus one; 0: not in the heap
    private int _count;

    public bool TryPeek(out int slot, out ulong deadline)
    {
        (deadline, slot) = _count > 0 ? (_nodes[0].Deadline, _nodes[0].Slot) : (0UL, -1);
        return _count > 0;
    }

    /// <summary>Sets the deadline of a slot; 0 takes it out.</summary>
    public void Set(int slot, ulong deadline)
    {
        if (deadline == 0)
        {
            Remove(slot);
            return;
        }
        if (slot >= _positions.Length)
            Array.Resize(ref _positions, Math.Max(_positions.Length * 2, slot + 1));
        int index = _positions[slot] - 1;
        if (index < 0)
        {
            index = _count++;
            if (index == _nodes.Length)
                Array.Resize(ref _nodes, _nodes.Length * 2);
        }
        Settle(new Node(deadline, slot), index);
    }

    public void Remove(int slot)
    {
        if (slot >= _positions.Length || _positions[slot] == 0)
            return;
        int index = _positions[slot] - 1;
        _positions[slot] = 0;
        Node last = _nodes[--_count];
        if (last.Slot != slot)
            Settle(last, index);
    }

    private void Settle(Node node, int index)
    {
        while (index > 0 && _nodes[(index - 1) / 2].Deadline > node.Deadline)
        {
            Put(_nodes[(index - 1) / 2], index);
            index = (index - 1) / 2;
        }
        while (2 * index + 1 < _count)
        {
            int child = 2 * index + 1;
            if (child + 1 < _count && _nodes[child + 1].Deadline < _nodes[child].Deadline)
                child++;
            if (_nodes[child].Deadline >= node.Deadline)
                break;
            Put(_nodes[child], index);
            index = child;
        }
        Put(node, index);
    }

    private void Put(Node node, int index)
    {
        _nodes[index] = node;
        _positions[node.Slot] = index + 1;
    }
}
