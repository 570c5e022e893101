// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;
using Tracer.Stacks;
using Tracer.Stacks.Merging;
using Tracer.Wire;

namespace Tracer;

/// <summary>Stacks with their names, kept after the end of their process. One thread adds, any thread asks.</summary>
public sealed class StackDirectory(Symbolizer symbolizer)
{
    private const int Capacity = 16_384;

    private readonly BoundedCache<ulong, StackReport> _stacks = new(Capacity);

    public int Count => _stacks.Count;

    public int Limit => _stacks.Limit;

    public ulong Evicted => _stacks.Evicted;

    public StackReport? Find(ulong stackId) => _stacks.TryGet(stackId, out StackReport? stack) ? stack : null;

    /// <summary>Names the frames now, while the process is there to be read.</summary>
    public void Add(RawStack raw)
    {
        // The kernel's own walk ends with the zero that the first frame of a thread has in place of a caller.
        ReadOnlyMemory<ulong> addresses = raw.Frames.AsMemory().TrimEnd(0UL);
        bool isComplete = raw.Header.End == TcpStackEnd.Complete;
        var stack = new UserStack(raw.Header.Pid, raw.Header.StartBoottimeNs, addresses, Convert(raw.Interpreter), isComplete);
        MergedStack named = symbolizer.Resolve(in stack);
        var frames = new StackFrame[named.Frames.Count];
        for (int i = 0; i < frames.Length; i++)
        {
            ResolvedFrame f = named.Frames[i];
            frames[i] = new StackFrame(f.Function, f.Module, f.Offset, f.Address, f.BuildId, f.File, f.Line, (CodeKind)f.Kind, f.IsInlined);
        }
        bool fpOnly = raw.Header.Flags.HasFlag(TcpStackFlags.FpOnly);
        bool truncated = raw.Header.End == TcpStackEnd.Truncated;
        _stacks.Set(raw.Header.StackId, new StackReport(raw.Header.StackId, raw.Header.Pid, frames, fpOnly, truncated)
        {
            UserFrame = named.UserFrame,
            End = raw.Header.End,
            Request = RequestOf(raw.Header),
        });
    }

    private static string RequestOf(TcpStackHeader header)
    {
        string path = WireText.ToText(header.RequestPath.Text);
        return path.Length == 0 ? "" : $"{WireText.ToText(header.RequestMethod.Text)} {path}".TrimStart();
    }

    private static InterpreterFrame[] Convert(TcpInterpreterFrame[] frames) =>
        Array.ConvertAll(frames, static frame => new InterpreterFrame(frame.Function, frame.Position, frame.Detail));
}
