// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Wire.Tests;

public sealed class WireBufferTests
{
    [Theory]
    [InlineData("nginx", "nginx")]
    [InlineData("", "")]
    [InlineData("a\u001b[2Jb", "a\ufffd[2Jb")]
    [InlineData("tab\there", "tab\ufffdhere")]
    [InlineData("\u202egnp.exe", "\ufffdgnp.exe")]
    [InlineData("\u0085x", "\ufffdx")]
    [InlineData("пчела", "пчела")]
    [InlineData("\U0001f41d", "\U0001f41d")]
    public void A_name_is_safe_to_print(string name, string expected) =>
        Assert.Equal(expected, RecordBytes.Comm(name).ToText());

    [Fact]
    public void A_name_cut_inside_a_character_stays_readable() =>
        Assert.Equal("bee\ufffd", RecordBytes.Comm([(byte)'b', (byte)'e', (byte)'e', 0xf0, 0x9f]).ToText());

    [Fact]
    public void A_name_without_its_NUL_ends_with_the_buffer()
    {
        WireComm comm = RecordBytes.Comm("0123456789abcdef");
        Assert.Equal("0123456789abcdef", comm.ToText());
        Assert.Equal(16, comm.Name.Length);
    }

    [Fact]
    public void Bytes_behind_the_NUL_do_not_matter()
    {
        WireComm plain = RecordBytes.Comm("php");
        WireComm dirty = RecordBytes.Comm("php\0leftover");
        Assert.Equal(plain, dirty);
        Assert.True(plain == dirty);
        Assert.Equal(plain.GetHashCode(), dirty.GetHashCode());
        Assert.Equal("php", dirty.ToText());
        Assert.True(plain != RecordBytes.Comm("phq"));
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("::", "::")]
    public void An_address_is_shown_in_its_own_family(string address, string expected) =>
        Assert.Equal(expected, RecordBytes.Address(address).ToIPAddress().ToString());

    [Theory]
    [InlineData("0.0.0.0", true, true)]
    [InlineData("::", true, false)]
    [InlineData("::1", false, false)]
    [InlineData("127.0.0.1", false, true)]
    [InlineData("::fffe:0:0", false, false)]
    public void A_wildcard_is_known_in_both_families(string address, bool isWildcard, bool isV4Mapped)
    {
        WireAddress wire = RecordBytes.Address(address);
        Assert.Equal(isWildcard, wire.IsWildcard);
        Assert.Equal(isV4Mapped, wire.IsV4Mapped);
    }

    [Fact]
    public void Addresses_are_equal_by_their_bytes()
    {
        Assert.True(RecordBytes.Address("192.0.2.1") == RecordBytes.Address("::ffff:192.0.2.1"));
        Assert.True(RecordBytes.Address("2001:db8::1") != RecordBytes.Address("2001:db9::1"));
        Assert.Equal(RecordBytes.Address("192.0.2.1").GetHashCode(), RecordBytes.Address("192.0.2.1").GetHashCode());
    }
}
