// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;

namespace Tracer.Output.Profiles;

/// <summary>Counts sockets per stack while their records arrive; the frames of a stack are asked for once, afterwards.</summary>
internal sealed class StackCollector(IReadOnlyList<StackSlot> slots)
{
    private const string NotKept = "[stack no longer kept]";

    private readonly StackProfile _profile = new();
    private readonly OrderedDictionary<Entry, long> _entries = [];

    private readonly record struct Entry(StackSlot Slot, string Process, uint Pid, ulong StackId);

    /// <summary>Stacks whose frames are needed.</summary>
    public List<ulong> StackIds => [.. _entries.Keys.Select(entry => entry.StackId).Distinct()];

    public void Add(SocketRecord socket)
    {
        foreach (StackSlot slot in slots)
        {
            Actor? actor = StackSlots.ActorOf(socket, slot);
            // Asked for every slot, a socket counts where somebody was seen, and where it came from in any case.
            if (actor is null && slots.Count > 1 && slot != StackSlot.Origin)
                continue;
            string process = ProcessOf(socket, actor);
            uint pid = actor?.Pid ?? OwnerOf(socket)?.Pid ?? 0;
            if (actor is { StackId: not 0, Stack.Count: 0 })
                Count(new Entry(slot, process, pid, actor.StackId));
            else
                AddFrames(slot, process, pid, actor is { Stack.Count: > 0 } ? actor.Stack : [Gap(WhyNone(socket, slot, actor))], 1);
        }
    }

    /// <summary>All that was added, with the frames of <see cref="StackIds"/>.</summary>
    public StackProfile Finish(IReadOnlyDictionary<ulong, Stack> stacks)
    {
        foreach ((Entry entry, long sockets) in _entries)
        {
            IReadOnlyList<Frame> frames = stacks.TryGetValue(entry.StackId, out Stack? stack)
                ? stack.Frames.Count > 0 ? stack.Frames : [Gap("[empty stack]")]
                : [Gap(NotKept)];
            AddFrames(entry.Slot, entry.Process, entry.Pid, frames, sockets);
        }
        _entries.Clear();
        return _profile;
    }

    private void Count(Entry entry) => _entries[entry] = _entries.GetValueOrDefault(entry) + 1;

    private void AddFrames(StackSlot slot, string process, uint pid, IReadOnlyList<Frame> frames, long sockets) =>
        _profile.AddSample(new ProfileSample(slot, process, pid, _profile.AddStack(frames)), sockets);

    private static Frame Gap(string why) => new() { Function = why, Kind = FrameKind.Stub };

    private static string WhyNone(SocketRecord socket, StackSlot slot, Actor? actor)
    {
        if (actor is not null && !(slot == StackSlot.Origin && actor.Kind == OriginKind.Existed))
            return "[no stack taken]";
        if (slot != StackSlot.Origin)
            return "[not seen]";
        if (socket.NeverAccepted)
            return "[never accepted]";
        return socket.Origin?.Kind == OriginKind.Existed ? "[existed before the tracer]" : "[not seen]";
    }

    // The actor's name is that of its thread; the process has one name for all of them.
    private static string ProcessOf(SocketRecord socket, Actor? actor)
    {
        if (actor is null)
            return OwnerOf(socket)?.Comm ?? "";
        Holder? holder = socket.Holders.FirstOrDefault(holder => holder.Pid == actor.Pid);
        if (holder is { Comm.Length: > 0 })
            return holder.Comm;
        string exe = StackText.FileName(actor.Exe);
        return exe.Length > 0 ? exe : actor.Comm;
    }

    private static Holder? OwnerOf(SocketRecord socket) => socket.Holders.FirstOrDefault() ?? socket.Listener?.Holders.FirstOrDefault();
}
