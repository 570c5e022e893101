// SPDX-License-Identifier: Apache-2.0
using Perftools.Profiles;
using Frame = CloseWait.V1.Frame;
using ProfileValueType = Perftools.Profiles.ValueType;

namespace Tracer.Output.Profiles;

/// <summary>Numbers everything a profile refers to, as the format of pprof wants it.</summary>
internal sealed class PprofBuilder(StackProfile profile)
{
    private readonly Profile _message = new();
    private readonly Dictionary<string, long> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Name, string File), ulong> _functions = [];
    private readonly Dictionary<(string Module, string BuildId), ulong> _mappings = [];
    private readonly Dictionary<string, ulong> _locations = new(StringComparer.Ordinal);

    public Profile Build()
    {
        TextOf(""); // index 0
        _message.SampleType.Add(new ProfileValueType { Type = TextOf("sockets"), Unit = TextOf("count") });
        _message.DefaultSampleType = TextOf("sockets");
        foreach ((ProfileSample sample, long sockets) in profile.Samples)
            _message.Sample.Add(ToSample(sample, sockets));
        return _message;
    }

    private Sample ToSample(ProfileSample sample, long sockets)
    {
        var message = new Sample { Value = { sockets } };
        List<int> path = profile.PathOf(sample.Stack);
        for (int start = 0, end; start < path.Count; start = end)
        {
            end = start + 1;
            while (end < path.Count && profile.Frames[path[end - 1]].IsInlined)
                end++;
            message.LocationId.Add(LocationOf(path[start..end]));
        }
        message.Label.Add(new Label { Key = TextOf("slot"), Str = TextOf(StackSlots.NameOf(sample.Slot)) });
        message.Label.Add(new Label { Key = TextOf("comm"), Str = TextOf(SocketText.Name(sample.Process)) });
        if (sample.Pid != 0)
            message.Label.Add(new Label { Key = TextOf("pid"), Num = sample.Pid, NumUnit = TextOf("pid") });
        return message;
    }

    // Inlined frames and the one they are in are one place in the code.
    private ulong LocationOf(List<int> frames)
    {
        string key = string.Join(',', frames);
        if (_locations.TryGetValue(key, out ulong id))
            return id;
        id = (ulong)_locations.Count + 1;
        _locations.Add(key, id);
        Frame host = profile.Frames[frames[^1]];
        var location = new Location { Id = id, Address = host.Address, MappingId = MappingOf(host) };
        foreach (Frame frame in frames.Select(index => profile.Frames[index]))
            location.Line.Add(new Line { FunctionId = FunctionOf(frame), Line_ = frame.Line });
        _message.Location.Add(location);
        return id;
    }

    private ulong FunctionOf(Frame frame)
    {
        (string, string) key = (StackText.ShortPlace(frame), TargetText.Clean(frame.File));
        if (_functions.TryGetValue(key, out ulong id))
            return id;
        id = (ulong)_functions.Count + 1;
        _functions.Add(key, id);
        _message.Function.Add(new Function { Id = id, Name = TextOf(key.Item1), SystemName = TextOf(key.Item1), Filename = TextOf(key.Item2) });
        return id;
    }

    private ulong MappingOf(Frame frame)
    {
        if (frame.Module.Length == 0)
            return 0;
        (string, string) key = (TargetText.Clean(frame.Module), TargetText.Clean(frame.BuildId));
        if (_mappings.TryGetValue(key, out ulong id))
            return id;
        id = (ulong)_mappings.Count + 1;
        _mappings.Add(key, id);
        // Everything that could be named is: a reader shall not look for the files on its own host.
        _message.Mapping.Add(new Mapping
        {
            Id = id,
            Filename = TextOf(key.Item1),
            BuildId = TextOf(key.Item2),
            HasFunctions = true,
            HasFilenames = true,
            HasLineNumbers = true,
            HasInlineFrames = true,
        });
        return id;
    }

    private long TextOf(string text)
    {
        if (_texts.TryGetValue(text, out long index))
            return index;
        index = _texts.Count;
        _texts.Add(text, index);
        _message.StringTable.Add(text);
        return index;
    }
}
