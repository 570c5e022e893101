// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Grpc.Core;
using Xunit;

namespace Grpc.Contract.Tests;

/// <summary>The rules of metadata that the genuine assemblies rely on without a connection.</summary>
public sealed class MetadataTests
{
    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("schlüssel")]
    [InlineData("line\nbreak")]
    [InlineData(":path")]
    [InlineData("text-bin")]
    public void Key_that_no_text_header_may_have_is_refused(string key)
    {
        Assert.ThrowsAny<ArgumentException>(() => new Metadata.Entry(key, "value"));
    }

    [Fact]
    public void Key_of_bytes_must_say_so()
    {
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("key", new byte[1]));
    }

    [Fact]
    public void Keys_are_lower_case_and_found_in_any_case()
    {
        var metadata = new Metadata { { "Mixed-Case.1_x", "value" } };

        Assert.Equal("mixed-case.1_x", metadata[0].Key);
        Assert.Equal("value", metadata.GetValue("MIXED-case.1_X"));
    }

    [Fact]
    public void Last_of_equal_keys_wins()
    {
        var metadata = new Metadata { { "k", "1" }, { "other", "x" }, { "k", "2" } };

        Assert.Equal("2", metadata.GetValue("k"));
        Assert.Equal(["1", "2"], metadata.GetAll("k").Select(entry => entry.Value));
        Assert.Null(metadata.Get("missing"));
        Assert.Null(metadata.GetValue("missing"));
        Assert.Null(metadata.GetValueBytes("missing"));
    }

    [Fact]
    public void Bytes_are_copied_in_and_out()
    {
        byte[] bytes = [1, 2];
        var entry = new Metadata.Entry("k-bin", bytes);

        bytes[0] = 9;
        entry.ValueBytes[1] = 9;

        Assert.True(entry.IsBinary);
        Assert.Equal([1, 2], entry.ValueBytes);
        Assert.Throws<InvalidOperationException>(() => entry.Value);
    }

    [Fact]
    public void Text_is_also_there_as_bytes()
    {
        var entry = new Metadata.Entry("k", "text");

        Assert.False(entry.IsBinary);
        Assert.Equal(Encoding.ASCII.GetBytes("text"), entry.ValueBytes);
    }

    [Fact]
    public void Shared_empty_metadata_cannot_be_changed()
    {
        var entry = new Metadata.Entry("k", "v");

        Assert.True(Metadata.Empty.IsReadOnly);
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add(entry));
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Insert(0, entry));
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Remove(entry));
        Assert.Throws<InvalidOperationException>(Metadata.Empty.Clear);
        Assert.Empty(Metadata.Empty);
    }

    [Fact]
    public void Metadata_is_a_list()
    {
        var first = new Metadata.Entry("a", "1");
        var second = new Metadata.Entry("b", "2");
        Metadata metadata = [second];

        metadata.Insert(0, first);
        Assert.Equal([first, second], metadata);
        Assert.Equal(1, metadata.IndexOf(second));
        Assert.True(metadata.Remove(first));
        metadata[0] = first;
        Assert.Contains(first, metadata);
        metadata.RemoveAt(0);
        Assert.Empty(metadata);
    }
}
