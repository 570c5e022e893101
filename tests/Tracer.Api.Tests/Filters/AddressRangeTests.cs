// SPDX-License-Identifier: Apache-2.0
using Tracer.Api.Filters;
using Tracer.Api.Tests.Given;
using Xunit;

namespace Tracer.Api.Tests.Filters;

public class AddressRangeTests
{
    [Theory]
    [InlineData("10.1.2.3", "10.1.2.3", true)]
    [InlineData("10.1.2.3", "10.1.2.4", false)]
    [InlineData("10.0.0.0/8", "10.255.0.1", true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("10.1.2.3/8", "10.9.9.9", true)]
    [InlineData("0.0.0.0/0", "203.0.113.9", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("::/0", "10.0.0.1", false)]
    [InlineData("::/64", "10.0.0.1", false)]
    [InlineData("2001:db8::/32", "2001:db8:ffff::1", true)]
    [InlineData("2001:db8::/33", "2001:db8:8000::1", false)]
    [InlineData("::ffff:10.1.2.3", "10.1.2.3", true)]
    [InlineData("::ffff:10.0.0.0/104", "10.200.0.1", true)]
    [InlineData("192.168.0.0/31", "192.168.0.1", true)]
    [InlineData("192.168.0.0/31", "192.168.0.2", false)]
    [InlineData("::1", "::1", true)]
    public void Contains_what_the_block_covers(string range, string address, bool isInside)
    {
        Assert.True(AddressRange.TryParse(range, out AddressRange parsed));
        Assert.Equal(isInside, parsed.Contains(WireValues.Address(address)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/8")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/+8")]
    [InlineData("10.0.0.0/ 8")]
    [InlineData("10.0.0.0/8/8")]
    [InlineData("10.0.0.0/999999999999")]
    [InlineData("10.0.0")]
    [InlineData("10")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("010.0.0.1")]
    [InlineData("10.0.0.256")]
    [InlineData("::/129")]
    [InlineData("fe80::1%lo")]
    [InlineData("[::1]")]
    [InlineData("[::1]:80")]
    [InlineData("localhost")]
    public void Refuses_what_is_not_plainly_an_address_or_a_block(string text) =>
        Assert.False(AddressRange.TryParse(text, out _));
}
