// SPDX-License-Identifier: Apache-2.0
using Tracer.Scenes;

namespace Tracer.Tests.Scenes;

public sealed class SceneNameTests
{
    private static readonly DateTimeOffset Time = new(2026, 11, 21, 18, 0, 0, TimeSpan.FromHours(1));

    [Fact]
    public void A_name_has_host_time_and_reason()
    {
        SceneName names = new("web1.example");
        string name = names.Make(Time, "close_wait-over-500", []);
        Assert.Equal("closewait-web1.example-20261121T170000Z-close_wait-over-500.jsonl.gz", name);
        Assert.True(names.IsOurs(name));
    }

    [Fact]
    public void A_second_scene_of_the_same_second_has_a_name_of_its_own()
    {
        SceneName names = new("h");
        string first = names.Make(Time, "r", []);
        string second = names.Make(Time, "r", [first]);
        Assert.Equal("closewait-h-20261121T170000Z-r-3.jsonl.gz", names.Make(Time, "r", [first, second]));
        Assert.True(names.IsOurs(second));
    }

    [Theory]
    [InlineData("../../etc", "closewait-.._.._etc-20261121T170000Z-_.jsonl.gz")]
    [InlineData("a/b\n\0c", "closewait-a_b__c-20261121T170000Z-_.jsonl.gz")]
    [InlineData("", "closewait-_-20261121T170000Z-_.jsonl.gz")]
    [InlineData("höst", "closewait-h_st-20261121T170000Z-_.jsonl.gz")]
    public void A_hostile_host_name_stays_a_name_in_the_directory(string host, string expected)
    {
        SceneName names = new(host);
        string name = names.Make(Time, "/", []);
        Assert.Equal(expected, name);
        Assert.True(names.IsOurs(name));
    }

    [Fact]
    public void No_name_is_longer_than_file_systems_allow()
    {
        SceneName names = new(new string('h', 5000));
        string name = SceneName.Unfinished(names.Make(Time, new string('r', 5000), []));
        Assert.InRange(name.Length, 1, 255);
        Assert.True(names.IsUnfinished(name));
    }

    [Theory]
    [InlineData("closewait-other-20261121T170000Z-r.jsonl.gz")]
    [InlineData("closewait-h-20261121T170000Z-r.jsonl.gz\n")]
    [InlineData("closewait-h-20261121T170000Z-r/../x.jsonl.gz")]
    [InlineData("closewait-h-20261121T170000Z-r.jsonl.gz.part")]
    [InlineData("closewait-h-yesterday-r.jsonl.gz")]
    [InlineData("closewait-h-20261121T170000Z.jsonl.gz")]
    [InlineData(".closewait-h-20261121T170000Z-r.jsonl.gz.part")]
    [InlineData("notes.txt")]
    public void Other_names_are_not_ours(string name) => Assert.False(new SceneName("h").IsOurs(name));

    [Theory]
    [InlineData("closewait-h-20261121T170000Z-r.jsonl.gz", false)]
    [InlineData(".closewait-h-20261121T170000Z-r.jsonl.gz.part", true)]
    [InlineData(".closewait-other-20261121T170000Z-r.jsonl.gz.part", false)]
    [InlineData(".part", false)]
    [InlineData(".", false)]
    public void What_is_unfinished_is_told_by_its_name(string name, bool isUnfinished) =>
        Assert.Equal(isUnfinished, new SceneName("h").IsUnfinished(name));
}
