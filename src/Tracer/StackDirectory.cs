// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;
using Tracer.Stacks;
using Tracer.Stacks.Merging;
using Tracer.Wire;

namespace Tracer;

/// <summary>Stacks with their names, kept after the end of their process. One thread adds, any thread asks.</summary>
public sealed class StackDirectory(Symbolizer symbolizer, TimeProvider? time = null)
{
    private const int Capacity = 16_384;
    private const int MaxUnfinished = 256;

    // Pauses double up to the last one, which is as long as any runtime wants to be left alone.
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastPause = TimeSpan.FromSeconds(64);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly BoundedCache<ulong, StackReport> _stacks = new(Capacity);
    private readonly PriorityQueue<(RawStack Raw, TimeSpan Pause), long> _unfinished = new();

    public int Count => _stacks.Count;

    public int Limit => _stacks.Limit;

    public ulong Evicted => _stacks.Evicted;

    /// <summary>Stacks that keep the names they have: too many others wait for better ones.</summary>
    public ulong NotImproved { get; private set; }

    /// <summary>How long until <see cref="Improve"/> has something to do.</summary>
    public TimeSpan NextImprovement
    {
        get
        {
            if (!_unfinished.TryPeek(out _, out long due))
                return Timeout.InfiniteTimeSpan;
            TimeSpan left = _time.GetElapsedTime(_time.GetTimestamp(), due);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    public StackReport? Find(ulong stackId) => _stacks.TryGet(stackId, out StackReport? stack) ? stack : null;

    /// <summary>Names the frames now, while the process is there to be read.</summary>
    public void Add(RawStack raw) => Name(raw, FirstPause, before: null);

    /// <summary>Names again what a process could not be asked for at the time; for the thread that adds.</summary>
    public void Improve()
    {
        if (NextImprovement != TimeSpan.Zero)
            return;
        (RawStack raw, TimeSpan pause) = _unfinished.Dequeue();
        Name(raw, pause * 2, Find(raw.Header.StackId));
    }

    private void Name(RawStack raw, TimeSpan pause, StackReport? before)
    {
        // The kernel's own walk ends with the zero that the first frame of a thread has in place of a caller.
        ReadOnlyMemory<ulong> addresses = raw.Frames.AsMemory().TrimEnd(0UL);
        bool isComplete = raw.Header.End == TcpStackEnd.Complete;
        var stack = new UserStack(raw.Header.Pid, raw.Header.StartBoottimeNs, addresses, Convert(raw.Interpreter), isComplete);
        MergedStack named = symbolizer.Resolve(in stack);
        var frames = new StackFrame[named.Frames.Count];
        for (int i = 0; i < frames.Length; i++)
        {
            // A name from then is worth more than one from now: another code may be in that place.
            bool hadName = before?.Frames.Count == frames.Length && before.Frames[i].Function.Length > 0;
            frames[i] = hadName ? before!.Frames[i] : NamedFrames.Convert(named.Frames[i]);
        }
        bool fpOnly = MayMissFrames(raw.Header.Flags, named.Frames);
        bool truncated = raw.Header.End == TcpStackEnd.Truncated;
        _stacks.Set(raw.Header.StackId, new StackReport(raw.Header.StackId, raw.Header.Pid, frames, fpOnly, truncated)
        {
            UserFrame = named.UserFrame,
            End = raw.Header.End,
            Request = RequestOf(raw.Header),
            Limitation = named.Limitation,
        });
        if (!named.MayImprove || pause > LastPause)
            return;
        if (_unfinished.Count == MaxUnfinished)
            NotImproved++;
        else
            _unfinished.Enqueue((raw, pause), _time.GetTimestamp() + (long)(pause.TotalSeconds * _time.TimestampFrequency));
    }

    /// <summary>Code without a table yet; or an interpreter in a process that nobody had looked at, so that only its loop was seen.</summary>
    internal static bool MayMissFrames(TcpStackFlags flags, IReadOnlyList<ResolvedFrame> frames) =>
        flags.HasFlag(TcpStackFlags.FpOnly) || (flags.HasFlag(TcpStackFlags.NewProcess) && frames.Any(frame => frame.Kind == FrameKind.Stub));

    private static string RequestOf(TcpStackHeader header)
    {
        string path = WireText.ToText(header.RequestPath.Text);
        return path.Length == 0 ? "" : $"{WireText.ToText(header.RequestMethod.Text)} {path}".TrimStart();
    }

    private static InterpreterFrame[] Convert(TcpInterpreterFrame[] frames) =>
        Array.ConvertAll(frames, static frame => new InterpreterFrame(frame.Function, frame.Position, frame.Detail));
}
