// SPDX-License-Identifier: Apache-2.0
using System.Reflection;
using Xunit;

namespace Grpc.Contract.Tests;

/// <summary>The contract assemblies are the ones that the genuine assemblies ask for.</summary>
public sealed class IdentityTests
{
    [Theory, MemberData(nameof(GenuineAssemblies.Names), MemberType = typeof(GenuineAssemblies))]
    public void Name_version_and_key_are_those_that_are_referenced(string name)
    {
        Assembly genuine = GenuineAssemblies.Find(name);
        foreach (AssemblyName contract in GenuineAssemblies.Contract.Select(contract => contract.GetName()))
        {
            AssemblyName reference = genuine.GetReferencedAssemblies().Single(reference => reference.Name == contract.Name);

            Assert.Equal(reference.Version, contract.Version);
            Assert.Equal(reference.GetPublicKeyToken(), contract.GetPublicKeyToken());
            Assert.Equal(genuine.GetName().GetPublicKey(), contract.GetPublicKey());
        }
    }

    [Fact]
    public void Genuine_and_contract_assemblies_have_one_product_version()
    {
        IEnumerable<string> versions = GenuineAssemblies.Contract
            .Append(GenuineAssemblies.Server)
            .Append(GenuineAssemblies.Client)
            .Select(assembly => assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0]);

        Assert.Single(versions.Distinct());
    }
}
