// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;

namespace Tracer.Output.Profiles;

/// <summary>A box of a flame graph: a call path, and how many sockets have it.</summary>
internal sealed class FlameNode(string label, string detail, FrameKind kind)
{
    private readonly Dictionary<string, FlameNode> _callees = new(StringComparer.Ordinal);

    public string Label { get; } = label;

    /// <summary>What more is known of the place; may be empty.</summary>
    public string Detail { get; } = detail;

    public FrameKind Kind { get; } = kind;

    public long Sockets { get; private set; }

    public IEnumerable<FlameNode> Callees => _callees.Values.OrderBy(node => node.Label, StringComparer.Ordinal);

    /// <summary>All stacks of a profile as one tree.</summary>
    public static FlameNode TreeOf(StackProfile profile, ProfileView view)
    {
        string[] labels = [.. profile.Frames.Select(ProfileView.LabelOf)];
        var root = new FlameNode("all", "", FrameKind.Unspecified);
        foreach ((ProfileSample sample, long sockets) in profile.Samples)
        {
            FlameNode node = root;
            node.Sockets += sockets;
            foreach (string name in view.RootsOf(sample))
                node = node.Enter(name, "", FrameKind.Unspecified, sockets);
            foreach (int id in profile.PathOf(sample.Stack).AsEnumerable().Reverse())
                node = node.Enter(labels[id], TargetText.Clean(profile.Frames[id].Module), profile.Frames[id].Kind, sockets);
        }
        return root;
    }

    private FlameNode Enter(string label, string detail, FrameKind kind, long sockets)
    {
        if (!_callees.TryGetValue(label, out FlameNode? node))
            _callees.Add(label, node = new FlameNode(label, detail, kind));
        node.Sockets += sockets;
        return node;
    }
}
