// SPDX-License-Identifier: Apache-2.0
using System.Text.RegularExpressions;

namespace Tracer.Wire.Tests;

/// <summary>wire.h and its C# mirror are one layout, whatever is in either.</summary>
public sealed partial class LayoutTests(LayoutObject layout) : IClassFixture<LayoutObject>
{
    // Parts of fields, and what exists in user space only.
    private static readonly Type[] WithoutMirror =
        [
            typeof(WireAddress), typeof(WireComm), typeof(TcpFilterReserved), typeof(TcpFilterSlots), typeof(TcpInterpreterHops),
            typeof(WireRequestMethod), typeof(WireRequestPath), typeof(DecodeStatus),
        ];

    private static readonly Type[] Mirrors =
        [.. typeof(WireReader).Assembly.GetExportedTypes().Where(type => type.IsValueType && !WithoutMirror.Contains(type))];

    [Fact]
    public void Every_type_of_the_header_is_named_in_the_layout_object()
    {
        string[] declared = [.. Declaration().Matches(layout.Header).Select(match => match.Groups["name"].Value).Order()];
        string[] described = [.. layout.Btf.Structs.Keys.Concat(layout.Btf.Enums.Keys).Where(name => name != "layout_constant").Order()];
        Assert.NotEmpty(declared);
        Assert.Equal(declared, described);
    }

    [Fact]
    public void No_type_exists_on_one_side_only()
    {
        string[] expected = [.. layout.Btf.Structs.Keys.Concat(layout.Btf.Enums.Keys)
            .Where(name => name != "layout_constant").Select(MirrorName).Order()];
        Assert.Equal(expected, Mirrors.Select(type => type.Name).Order());
    }

    [Fact]
    public void Every_struct_has_the_same_size_and_fields()
    {
        foreach (BtfStruct native in layout.Btf.Structs.Values)
        {
            Type mirror = Mirror(native.Name);
            bool hasTail = native.Name == "tcp_stack";
            BtfMember[] members = [.. native.Members.Where(member => !hasTail || member.Name != "words")];
            Assert.Equal(
                members.Select(member => $"{native.Name}: {Pascal(member.Name)} at bit {member.OffsetBits}, {member.SizeBytes} bytes"),
                ManagedLayout.FieldsOf(mirror).Select(field => $"{native.Name}: {field.Name} at bit {field.Offset * 8}, {field.Size} bytes"));
            Assert.Equal(native.SizeBytes - (hasTail ? WireFormat.StackWords * sizeof(ulong) : 0), ManagedLayout.SizeOf(mirror));
        }
    }

    [Fact]
    public void Every_enum_has_the_same_values()
    {
        foreach (BtfEnum native in layout.Btf.Enums.Values.Where(native => native.Name != "layout_constant"))
        {
            Type mirror = Mirror(native.Name);
            string prefix = native.Name.ToUpperInvariant() + "_";
            Assert.All(native.Values.Keys, name => Assert.StartsWith(prefix, name));
            // C has no name for "no flag"; C# wants one.
            bool isFlags = mirror.IsDefined(typeof(FlagsAttribute), inherit: false);
            Assert.Equal(
                native.Values.Select(value => $"{native.Name}.{Pascal(value.Key[prefix.Length..])} = {value.Value}").Order(),
                Enum.GetNames(mirror).Where(name => !isFlags || name != "None")
                    .Select(name => $"{native.Name}.{name} = {Convert.ToInt64(Enum.Parse(mirror, name))}").Order());
        }
    }

    [Fact]
    public void Every_constant_has_the_same_value()
    {
        // The width of an address is a literal in the header, and compared with each address field.
        Assert.Equal(
            layout.Btf.Enums["layout_constant"].Values
                .Select(value => $"{Pascal(value.Key["LAYOUT_CONSTANT_".Length..])} = {value.Value}").Order(),
            typeof(WireFormat).GetFields().Where(field => field.Name != nameof(WireFormat.AddressSize))
                .Select(field => $"{field.Name} = {field.GetRawConstantValue()}").Order());
    }

    [Fact]
    public void Every_record_is_a_multiple_of_eight_bytes_without_hidden_padding()
    {
        foreach (BtfStruct native in layout.Btf.Structs.Values)
        {
            Assert.Equal(0, native.SizeBytes % 8);
            Assert.Equal(native.SizeBytes, native.Members.Sum(member => member.SizeBytes));
        }
    }

    private static Type Mirror(string native) => Mirrors.Single(type => type.Name == MirrorName(native));

    private static string MirrorName(string native) => native switch
    {
        "tcp_wire_state" => nameof(TcpState),
        "tcp_stack" => nameof(TcpStackHeader),
        _ when native.EndsWith("_flag", StringComparison.Ordinal) => Pascal(native) + "s",
        _ => Pascal(native),
    };

    private static string Pascal(string native) =>
        string.Concat(native.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..].ToLowerInvariant()));

    [GeneratedRegex(@"^(struct|enum) (?<name>\w+) \{", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
