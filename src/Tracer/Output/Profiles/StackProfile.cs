// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;

namespace Tracer.Output.Profiles;

/// <summary>How many sockets share which stack. Every frame and every path is kept once, however many sockets there are.</summary>
internal sealed class StackProfile
{
    // The tracer's own limit is lower; what answers at the other end may be anything.
    private const int MaxDepth = 512;
    private const int Root = -1;

    private readonly Dictionary<Frame, int> _frameIds = [];
    private readonly List<Frame> _frames = [];
    private readonly List<(int Caller, int Frame)> _nodes = [];
    private readonly Dictionary<(int Caller, int Frame), int> _nodeIds = [];
    private readonly OrderedDictionary<ProfileSample, long> _samples = [];

    /// <summary>Distinct frames.</summary>
    public IReadOnlyList<Frame> Frames => _frames;

    /// <summary>In the order in which they came.</summary>
    public IReadOnlyList<KeyValuePair<ProfileSample, long>> Samples => _samples;

    /// <summary>Takes the frames, innermost first, and returns a number for the path.</summary>
    public int AddStack(IReadOnlyList<Frame> frames)
    {
        int node = Root;
        for (int i = Math.Min(frames.Count, MaxDepth) - 1; i >= 0; i--)
            node = AddNode(node, AddFrame(frames[i]));
        return node;
    }

    public void AddSample(ProfileSample sample, long sockets) =>
        _samples[sample] = _samples.GetValueOrDefault(sample) + sockets;

    /// <summary>Indices into <see cref="Frames"/>, innermost first.</summary>
    public List<int> PathOf(int stack)
    {
        var path = new List<int>();
        for (int node = stack; node != Root; node = _nodes[node].Caller)
            path.Add(_nodes[node].Frame);
        return path;
    }

    private int AddNode(int caller, int frame)
    {
        if (_nodeIds.TryGetValue((caller, frame), out int node))
            return node;
        node = _nodes.Count;
        _nodes.Add((caller, frame));
        _nodeIds.Add((caller, frame), node);
        return node;
    }

    // The same code is at another address in every process: only where nothing else is known, the address tells frames apart.
    private int AddFrame(Frame frame)
    {
        bool isPlace = frame.Function.Length > 0 || frame.Module.Length > 0;
        Frame key = frame;
        if (isPlace && frame.Address != 0)
        {
            key = frame.Clone();
            key.Address = 0;
        }
        if (_frameIds.TryGetValue(key, out int id))
            return id;
        id = _frames.Count;
        _frames.Add(frame);
        _frameIds.Add(key, id);
        return id;
    }
}
