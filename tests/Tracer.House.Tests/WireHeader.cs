// SPDX-License-Identifier: Apache-2.0
using System.Text.RegularExpressions;

namespace Tracer.House.Tests;

/// <summary>The structs of bpf/wire.h, laid out as a compiler on a 64-bit machine does.</summary>
internal sealed partial class WireHeader
{
    private readonly Dictionary<string, int> _constants;
    private readonly Dictionary<string, Struct> _structs = [];

    public WireHeader(string source)
    {
        Code = Comment().Replace(source, match => new string('\n', match.Value.Count(letter => letter == '\n')));
        _constants = Constant().Matches(Code).ToDictionary(match => match.Groups["name"].Value, match => int.Parse(match.Groups["value"].Value, null));
        foreach (Match match in StructBody().Matches(Code))
            Add(match.Groups["name"].Value, match.Groups["body"].Value);
        EventStructs = [.. KindComment().Matches(source).Select(match => match.Groups["name"].Value).Distinct()];
    }

    /// <summary>The header without its comments.</summary>
    public string Code { get; }

    public IEnumerable<Struct> Structs => _structs.Values;

    /// <summary>Those that enum tcp_event_kind names: they start a record.</summary>
    public IReadOnlyList<string> EventStructs { get; }

    public Struct this[string name] => _structs[name];

    /// <summary>Hole: bytes the compiler would put before it. Unreadable: the line is no plain field of fixed width.</summary>
    public sealed record Field(string Type, string Name, int Size, int Hole, bool IsUnreadable);

    public sealed record Struct(string Name, IReadOnlyList<Field> Fields, int Size, int Alignment, int TailHole);

    private void Add(string name, string body)
    {
        List<Field> fields = [];
        int offset = 0;
        int alignment = 1;
        foreach (string line in body.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            Match match = FieldLine().Match(line);
            string type = match.Groups["type"].Value;
            (int size, int align) = SizeOf(type);
            int count = match.Groups["count"] is { Success: true } group ? CountOf(group.Value) : 1;
            int hole = align == 0 ? 0 : (align - (offset % align)) % align;
            fields.Add(new(type, match.Success ? match.Groups["name"].Value : line, size * count, hole, !match.Success || size == 0 || count == 0));
            offset += hole + (size * count);
            alignment = Math.Max(alignment, align);
        }
        int tail = (alignment - (offset % alignment)) % alignment;
        _structs.Add(name, new(name, fields, offset + tail, alignment, tail));
    }

    private int CountOf(string text) => int.TryParse(text, out int count) ? count : _constants.GetValueOrDefault(text);

    private (int Size, int Alignment) SizeOf(string type) => type switch
    {
        "__u8" or "__s8" => (1, 1),
        "__u16" or "__s16" => (2, 2),
        "__u32" or "__s32" => (4, 4),
        "__u64" or "__s64" => (8, 8),
        _ => type.StartsWith("struct ", StringComparison.Ordinal) && _structs.TryGetValue(type[7..], out Struct? known) ? (known.Size, known.Alignment) : (0, 0),
    };

    [GeneratedRegex(@"/\*.*?\*/|//[^\n]*", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"(?:^#define\s+|^\s+)(?<name>TCP_\w+)\s*=?\s*(?<value>\d+)\s*,?\s*$", RegexOptions.Multiline)]
    private static partial Regex Constant();

    [GeneratedRegex(@"^struct (?<name>\w+)\s*\{(?<body>.*?)^\}", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex StructBody();

    [GeneratedRegex(@"TCP_EVENT_KIND_\w+ = \d+,\s*/\* struct (?<name>\w+)")]
    private static partial Regex KindComment();

    [GeneratedRegex(@"^(?<type>__[us]\d+|struct \w+)\s+(?<name>[a-z]\w*)(?:\[(?<count>\w+)\])?$")]
    private static partial Regex FieldLine();
}
