// SPDX-License-Identifier: Apache-2.0
using System.Reflection;
using System.Runtime.CompilerServices;
using Grpc.Contract.Tests.MemberReferences;
using Xunit;

namespace Grpc.Contract.Tests;

/// <summary>All that the genuine assemblies need is there: an upgrade that needs more fails here and not in operation.</summary>
public sealed class MemberReferenceTests
{
    [Theory, MemberData(nameof(GenuineAssemblies.Names), MemberType = typeof(GenuineAssemblies))]
    public void Every_referenced_type_and_member_exists_with_the_same_signature(string name)
    {
        Assembly genuine = GenuineAssemblies.Find(name);
        HashSet<string> contractNames = [.. GenuineAssemblies.Contract.Select(contract => contract.GetName().Name!)];

        SortedSet<string> referenced = ReferencedMembers.In(genuine.Location, contractNames);
        IEnumerable<string> declared = GenuineAssemblies.Contract
            .SelectMany(contract => DeclaredMembers.In(contract.Location, IsFriend(contract, genuine)));

        // The walk itself works: both assemblies refer to well over 90 types and members.
        Assert.True(referenced.Count > 90, $"only {referenced.Count} references found");
        Assert.Empty(referenced.Except(declared));
    }

    [Theory, MemberData(nameof(GenuineAssemblies.Names), MemberType = typeof(GenuineAssemblies))]
    public void Every_type_loads_and_every_override_overrides_something(string name)
    {
        // Loading a type fails when it leaves an abstract member of a base or an interface open.
        Type[] types = GenuineAssemblies.Find(name).GetTypes();

        IEnumerable<string> lost =
            from type in types
            where type.BaseType is { } parent && GenuineAssemblies.Contract.Contains(parent.Assembly)
            from method in type.GetMethods(
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            where method.IsVirtual && !method.Attributes.HasFlag(MethodAttributes.NewSlot)
            where method.GetBaseDefinition().DeclaringType == type
            select $"{type}: {method}";
        Assert.Empty(lost);
    }

    [Fact]
    public void Walk_finds_what_is_missing()
    {
        // Without the second assembly, and without friendship, something must be missing.
        HashSet<string> contractNames = [.. GenuineAssemblies.Contract.Select(contract => contract.GetName().Name!)];
        SortedSet<string> referenced = ReferencedMembers.In(GenuineAssemblies.Server.Location, contractNames);
        SortedSet<string> declared = DeclaredMembers.In(GenuineAssemblies.Contract[0].Location, isFriend: false);

        string[] missing = [.. referenced.Except(declared)];

        Assert.Contains("Grpc.Net.Compression.ICompressionProvider", missing);
        Assert.Contains("Grpc.Core.ServerServiceDefinition: Void BindService(Grpc.Core.ServiceBinderBase)", missing);
    }

    private static bool IsFriend(Assembly contract, Assembly genuine) => contract
        .GetCustomAttributes<InternalsVisibleToAttribute>()
        .Any(friend => friend.AssemblyName == $"{genuine.GetName().Name}, PublicKey={PublicKeyOf(genuine)}");

    private static string PublicKeyOf(Assembly assembly) => Convert.ToHexStringLower(assembly.GetName().GetPublicKey()!);
}
