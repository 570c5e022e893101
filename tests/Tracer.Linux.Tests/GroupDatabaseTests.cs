// SPDX-License-Identifier: Apache-2.0
using Xunit;

namespace Tracer.Linux.Tests;

public sealed class GroupDatabaseTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public GroupDatabaseTests() => File.WriteAllText(_file, "root:x:0:\nbroken\nbad:x:many:\nadm:x:4:syslog\n");

    [Theory]
    [InlineData("adm", 4u)]
    [InlineData("root", 0u)]
    [InlineData("17", 17u)] // a number needs no entry
    public void Group_is_found_by_name_or_number(string name, uint id) => Assert.Equal(id, GroupDatabase.FindId(name, _file));

    [Theory]
    [InlineData("absent")]
    [InlineData("bad")] // its id is no number
    [InlineData("broken")] // its line is cut short
    [InlineData("-1")]
    public void What_is_no_group_has_no_id(string name) => Assert.Null(GroupDatabase.FindId(name, _file));

    [Fact]
    public void Missing_file_has_no_groups() => Assert.Null(GroupDatabase.FindId("adm", _file + ".absent"));

    public void Dispose() => File.Delete(_file);
}
