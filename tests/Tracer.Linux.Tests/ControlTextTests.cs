// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Xunit;

namespace Tracer.Linux.Tests;

public sealed class ControlTextTests
{
    [Theory]
    [InlineData("nginx: worker", "nginx: worker")]
    [InlineData("", "")]
    [InlineData("größe-日本語-🙂", "größe-日本語-🙂")]
    [InlineData("\u001b[2J\u0007\n\t\u007f", "\uFFFD[2J\uFFFD\uFFFD\uFFFD\uFFFD")]
    [InlineData("c1\u009b31m", "c1\uFFFD31m")]
    [InlineData("exe\u202Egpj.sh", "exe\uFFFDgpj.sh")]
    [InlineData("a\u2028b\u2029c\u200Bd", "a\uFFFDb\uFFFDc\uFFFDd")]
    public void Text_keeps_what_prints_and_loses_what_steers(string text, string expected)
    {
        Assert.Equal(expected, ControlText.Sanitize(text));
        Assert.Equal(expected, ControlText.Sanitize(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void Broken_utf8_becomes_visible()
    {
        Assert.Equal("a\uFFFD\uFFFDb", ControlText.Sanitize([(byte)'a', 0xFF, 0xFE, (byte)'b']));
        Assert.Equal("\uFFFD", ControlText.Sanitize([0xE2, 0x82]));
    }

    [Fact]
    public void Lone_surrogate_becomes_visible() => Assert.Equal("a\uFFFDb", ControlText.Sanitize("a\uD800b"));

    [Fact]
    public void Random_bytes_never_yield_a_control_character()
    {
        var random = new Random(1);
        var bytes = new byte[64];
        for (int i = 0; i < 20_000; i++)
        {
            random.NextBytes(bytes);
            Assert.DoesNotContain(ControlText.Sanitize(bytes), char.IsControl);
        }
    }
}
